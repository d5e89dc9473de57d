"""A timeout for many futures of one event loop, with one timer instead of one each."""

from __future__ import annotations

import asyncio
from typing import Any, TypeVar

T = TypeVar("T")


class SharedTimeout:
    """A watched future that is not done after `seconds`, twice that at most, gets the result None."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._older: set[asyncio.Future[Any]] = set()
        self._newer: set[asyncio.Future[Any]] = set()
        self._timer: asyncio.TimerHandle | None = None

    def watch(self, future: asyncio.Future[T]) -> asyncio.Future[T]:
        if not future.done():
            self._newer.add(future)
            if self._timer is None:
                self._timer = future.get_loop().call_later(self._seconds, self._expire, future.get_loop())
        return future

    def _expire(self, loop: asyncio.AbstractEventLoop) -> None:
        for future in self._older:
            if not future.done():
                future.set_result(None)
        self._older, self._newer = {future for future in self._newer if not future.done()}, set()
        self._timer = loop.call_later(self._seconds, self._expire, loop) if self._older else None
