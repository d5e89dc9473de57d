"""What one item has met of faults, and whether they are its own: an outage is no item's fault."""

from __future__ import annotations

import time

from wethink_plugins.synthesis.rejection import Unfinished

# Faults that say that nobody is there, or has no room now; not that this call is a bad one.
_NOBODY_THERE = frozenset({"connect", "breaker_open", "rate_limited", "auth"})


class Trouble:
    """`tries`: how often it failed though its model served others. Times are those of time.monotonic."""

    def __init__(self, patience_s: float) -> None:
        self._patience_s = patience_s
        self._first: float | None = None
        self.began = 0.0
        self.tries = 0

    def begin(self) -> None:
        """Another try."""
        self.began = time.monotonic()

    def note(self, fault: Unfinished, is_up: bool) -> None:
        """`is_up`: the model's server worked meanwhile. Who is turned away by a server that has no room waits longer."""
        now = time.monotonic()
        self._first = self._first or now
        waits = fault.kind in _NOBODY_THERE and now - self._first < self._patience_s
        self.tries += is_up and not waits
