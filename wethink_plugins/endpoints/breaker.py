"""A circuit breaker: sends nothing to a server that is down, and probes by single calls whether it is back."""

from __future__ import annotations

import math
import time

# Chosen. At 30% of independent faults ten in a row come once in 170,000 calls; a dead server has them in one moment.
_MAX_CONSECUTIVE_FAULTS = 10
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 30.0
# Chosen. Of the time that a call or a batch has: a server that is back is then used again before that time is over.
_SHARE_OF_DEADLINE = 8
_SHORTEST_PAUSE_S = 0.1
# A probe that has not ended by then no longer blocks the next: it may be just that call that hangs.
_PROBE_S = 3.0
# How often waiting calls look whether the probe has ended.
_POLL_S = 0.25


class Breaker:
    """Closed, open, or half open with one call under way. Each failed probe doubles the pause. `note`: the last fault.

    `deadline_s`: the shortest time that anybody gives it; no pause takes more than an eighth of that. Shared by the
    threads of a process; two probes at once, which a race may let through, do no harm.
    """

    def __init__(self, deadline_s: float = math.inf) -> None:
        self.note = ""
        self._longest_s = max(min(_LONGEST_PAUSE_S, deadline_s / _SHARE_OF_DEADLINE), _SHORTEST_PAUSE_S)
        self._faults = 0
        self._pause_s = min(_FIRST_PAUSE_S, self._longest_s)
        self._open_until: float | None = None
        self._down_since: float | None = None
        self._probing = False
        self._probe_until = 0.0

    def wait_s(self) -> float:
        """Seconds until a call may be tried; 0 for now."""
        if self._open_until is None:
            return 0.0
        left = self._open_until - time.monotonic()
        if left > 0:
            return left
        return _POLL_S if self._probing and time.monotonic() < self._probe_until else 0.0

    def down_s(self) -> float:
        """Seconds since it opened, probes that failed included; 0 while it is closed."""
        return 0.0 if self._down_since is None else time.monotonic() - self._down_since

    def started(self) -> None:
        """A call is sent."""
        self._probing = self._open_until is not None
        self._probe_until = time.monotonic() + min(_PROBE_S, self._longest_s)

    def answered(self) -> None:
        """The server works, whatever it answered."""
        self._faults, self._open_until, self._probing, self._down_since = 0, None, False, None
        self._pause_s = min(_FIRST_PAUSE_S, self._longest_s)

    def failed(self, note: str) -> None:
        self.note = note
        self._faults += 1
        if self._probing:
            self._pause_s = min(2 * self._pause_s, self._longest_s)
        if self._probing or (self._open_until is None and self._faults >= _MAX_CONSECUTIVE_FAULTS):
            self._open_until = time.monotonic() + self._pause_s
            self._down_since = self._down_since or time.monotonic()
        self._probing = False

    def cancelled(self) -> None:
        """The caller gave the call up, which says nothing about the server."""
        self._probing = False
