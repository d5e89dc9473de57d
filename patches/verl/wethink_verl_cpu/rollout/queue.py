"""Single requests in, batches through a function, single results out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")
Kind = TypeVar("Kind")


class BatchQueue(Generic[Kind, Item, Result]):
    """Collects items of one kind until none came for a while or the batch is full, then runs them in a thread.

    One batch runs at a time; a failure reaches every item of its batch and no other.
    """

    def __init__(
        self, run: Callable[[Kind, Sequence[Item]], Sequence[Result]], max_batch: int, gather_seconds: float
    ) -> None:
        self.run, self.max_batch, self.gather_seconds = run, max_batch, gather_seconds
        self.lock = asyncio.Lock()
        self._waiting: list[tuple[Kind, Item, asyncio.Future[Result]]] = []
        self._last = 0.0
        self._pump: asyncio.Task[None] | None = None

    async def submit(self, kind: Kind, item: Item) -> Result:
        """The result for one item; items of equal kind may share a batch."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((kind, item, future))
        self._last = time.monotonic()
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._work())
        return await future

    async def _work(self) -> None:
        while self._waiting:
            await self._gather()
            kind = self._waiting[0][0]
            same = [entry for entry in self._waiting if entry[0] == kind][: self.max_batch]
            taken = {id(entry) for entry in same}
            self._waiting = [entry for entry in self._waiting if id(entry) not in taken]
            await self._run_batch(kind, [(item, future) for _, item, future in same])

    async def _gather(self) -> None:
        """Wait while requests keep coming and there is room for them."""
        while len(self._waiting) < self.max_batch:
            quiet = time.monotonic() - self._last
            if quiet >= self.gather_seconds:
                return
            await asyncio.sleep(self.gather_seconds - quiet)

    async def _run_batch(self, kind: Kind, batch: Sequence[tuple[Item, asyncio.Future[Result]]]) -> None:
        try:
            async with self.lock:
                results = await asyncio.to_thread(self.run, kind, [item for item, _ in batch])
        except Exception as error:  # noqa: BLE001  whatever it was, whoever waits must hear of it
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), result in zip(batch, results, strict=True):
            if not future.done():
                future.set_result(result)
