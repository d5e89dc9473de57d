"""The mean reward so far, for hosts that want a number at once and can't leave a rollout out."""

from __future__ import annotations

import threading


class RunningMean:
    """Safe to use from several threads. `value` is None until something was added."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sum, self._count = 0.0, 0

    def add(self, value: float) -> None:
        with self._lock:
            self._sum += value
            self._count += 1

    @property
    def value(self) -> float | None:
        with self._lock:
            return self._sum / self._count if self._count else None
