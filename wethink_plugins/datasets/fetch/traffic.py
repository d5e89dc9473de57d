"""What went over the network."""

from __future__ import annotations

import threading


class Traffic:
    """Counted by many threads. `bytes` are of bodies, those that a broken connection made worthless included."""

    def __init__(self) -> None:
        self.bytes = self.requests = self.retries = 0
        self._lock = threading.Lock()

    def add(self, size: int = 0, requests: int = 0, retries: int = 0) -> None:
        with self._lock:
            self.bytes += size
            self.requests += requests
            self.retries += retries
