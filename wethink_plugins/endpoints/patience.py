"""An end to waiting for many futures of one loop, by one timer instead of one each."""

from __future__ import annotations

import asyncio
from typing import Any


class Patience:
    """`watch`ed futures that are not done after `seconds`, twice that at most, get None."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._older: set[asyncio.Future[Any]] = set()
        self._newer: set[asyncio.Future[Any]] = set()
        self._timer: asyncio.TimerHandle | None = None

    def watch(self, future: asyncio.Future[Any]) -> asyncio.Future[Any]:
        if not future.done():
            self._newer.add(future)
            if self._timer is None:
                self._timer = future.get_loop().call_later(self._seconds, self._turn, future.get_loop())
        return future

    def _turn(self, loop: asyncio.AbstractEventLoop) -> None:
        for future in self._older:
            if not future.done():
                future.set_result(None)
        self._older, self._newer = {future for future in self._newer if not future.done()}, set()
        self._timer = loop.call_later(self._seconds, self._turn, loop) if self._older else None
