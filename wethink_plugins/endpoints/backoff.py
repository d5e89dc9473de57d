"""The pause before the next attempt at an endpoint."""

from __future__ import annotations

import random

# Chosen.
_FIRST_S, _LONGEST_S = 0.5, 8.0


def backoff_s(attempts: int, retry_after_s: float | None) -> float:
    """Exponential, with jitter, so that many callers don't come back together; never less than Retry-After."""
    pause = min(_FIRST_S * 2 ** (attempts - 1), _LONGEST_S) * random.uniform(0.5, 1.0)
    return pause if retry_after_s is None else max(pause, retry_after_s * random.uniform(1.0, 1.1))
