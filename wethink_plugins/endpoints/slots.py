"""The semaphore of one endpoint: how many calls may be in flight, over all event loops of a process."""

from __future__ import annotations

import asyncio
import threading
from collections import deque


class Slots:
    """For tasks of several loops. First come, first served; `first` goes to the head of the queue."""

    def __init__(self, number: int) -> None:
        self._free = number
        self._lock = threading.Lock()
        self._queue: deque[tuple[asyncio.AbstractEventLoop, asyncio.Future[None]]] = deque()

    async def acquire(self, first: bool = False) -> None:
        with self._lock:
            if self._free > 0:
                self._free -= 1
                return
            loop = asyncio.get_running_loop()
            future: asyncio.Future[None] = loop.create_future()
            if first:
                self._queue.appendleft((loop, future))
            else:
                self._queue.append((loop, future))
        try:
            await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled():
                self.release()  # the slot was handed over just before the cancellation
            raise

    def release(self) -> None:
        """Hands the slot to the head of the queue."""
        while True:
            with self._lock:
                if not self._queue:
                    self._free += 1
                    return
                loop, future = self._queue.popleft()
            if future.done():
                continue
            try:
                loop.call_soon_threadsafe(self._give, future)
            except RuntimeError:  # its loop was closed
                continue
            return

    def _give(self, future: asyncio.Future[None]) -> None:
        if future.done():
            self.release()
        else:
            future.set_result(None)
