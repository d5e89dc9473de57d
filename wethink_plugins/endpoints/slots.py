"""How many calls may be under way at one endpoint, over all event loops of a process."""

from __future__ import annotations

import asyncio
import threading
from collections import deque


class Slots:
    """A semaphore that tasks of several loops may wait for: first come, first served, but those let in by `first`."""

    def __init__(self, number: int) -> None:
        self._free = number
        self._lock = threading.Lock()
        self._waiting: deque[tuple[asyncio.AbstractEventLoop, asyncio.Future[None]]] = deque()

    async def acquire(self, first: bool = False) -> None:
        with self._lock:
            if self._free > 0:
                self._free -= 1
                return
            loop = asyncio.get_running_loop()
            turn: asyncio.Future[None] = loop.create_future()
            if first:
                self._waiting.appendleft((loop, turn))
            else:
                self._waiting.append((loop, turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.release()  # the slot came together with the cancellation
            raise

    def release(self) -> None:
        """Hands the slot to whoever waits longest."""
        while True:
            with self._lock:
                if not self._waiting:
                    self._free += 1
                    return
                loop, turn = self._waiting.popleft()
            if turn.done():
                continue
            try:
                loop.call_soon_threadsafe(self._give, turn)
            except RuntimeError:  # its loop was closed
                continue
            return

    def _give(self, turn: asyncio.Future[None]) -> None:
        if turn.done():
            self.release()
        else:
            turn.set_result(None)
