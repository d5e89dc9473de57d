"""The pause before the next attempt at an endpoint."""

from __future__ import annotations

import random

# Chosen.
_FIRST_S, _LONGEST_S = 0.5, 8.0
# Chosen. Added to what a server asks for, so that many callers whom it told the same don't come back together.
_JITTER_S = 0.1
# Chosen. A server that says "at once" again and again doesn't know: six attempts would be over within a second.
_TAKEN_AT_ITS_WORD = 2


def backoff_s(attempts: int, retry_after_s: float | None) -> float:
    """Exponential, with jitter; or what the server asked for by Retry-After, 0 included, and never less than that.

    `attempts` made so far. After a few a Retry-After no longer makes the pause shorter than it would be without.
    """
    pause = min(_FIRST_S * 2.0 ** (attempts - 1), _LONGEST_S) * random.uniform(0.5, 1.0)
    if retry_after_s is None:
        return pause
    asked = retry_after_s * random.uniform(1.0, 1.1) + random.uniform(0.0, _JITTER_S)
    return asked if attempts <= _TAKEN_AT_ITS_WORD else max(asked, pause)
