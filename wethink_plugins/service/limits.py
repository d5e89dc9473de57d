"""What one client may send, and how long anything may take."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass

# Clients that are remembered; beyond, the one that was quiet for longest is forgotten (and starts with a full bucket).
_MOST_CLIENTS = 10_000


@dataclass(frozen=True)
class Limits:
    """All chosen. `answer_s` must be longer than `judge.batch_deadline_s`, or the judge's own end is never seen."""

    body_bytes: int = 32_000_000
    samples: int = 4096
    body_s: float = 30.0
    answer_s: float = 900.0
    waiting_samples: int = 50_000
    requests_per_minute: int | None = None
    header_s: float = 10.0


class RequestRate:
    """A bucket for each client, filled up evenly; a client may save up a tenth of a minute's requests."""

    def __init__(self, requests_per_minute: int | None) -> None:
        self._per_s = (requests_per_minute or 0) / 60
        self._most = max(1.0, 6 * self._per_s)
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_s(self, client: str) -> float:
        """0 when the client may go on, and that is counted; else the seconds until it may."""
        if not self._per_s:
            return 0.0
        now = time.monotonic()
        left, seen = self._left.pop(client, (self._most, now))
        left = min(self._most, left + (now - seen) * self._per_s)
        allowed = left >= 1
        self._left[client] = (left - allowed, now)
        if len(self._left) > _MOST_CLIENTS:
            self._left.popitem(last=False)
        return 0.0 if allowed else (1 - left) / self._per_s
