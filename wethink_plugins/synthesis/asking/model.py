"""One model of a run, whichever servers have it: the client of `endpoints` with the run's store, and a gate before it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path

from wethink_plugins import config
from wethink_plugins.endpoints import Call, CallFailed, CallRefused, Client, Reply
from wethink_plugins.errors import ConfigError
from wethink_plugins.synthesis.asking.gate import Gate
from wethink_plugins.synthesis.asking.in_flight import InFlight
from wethink_plugins.synthesis.config import ModelSettings
from wethink_plugins.synthesis.rejection import Unfinished

# The wait for a place is the gate's business; nothing queues behind it.
_NO_WAIT_LIMIT_S = 1e9


class Model:
    """`permit` is called before each call and raises Unfinished to stop the run.

    `answered`: when a server last replied. `silent_since`: of the first fault after that; None: there is none.
    """

    def __init__(
        self, name: str, settings: ModelSettings, run: str, store: Path, permit: Callable[[], None], capacity: int = 0,
        in_flight: InFlight | None = None,
    ) -> None:  # fmt: skip
        self.name, self.settings, self._permit, self._in_flight = name, settings, permit, in_flight
        judge = config.Judge(
            endpoints=settings.endpoints,
            rate=settings.rate,
            deadline_s=settings.deadline_s,
            batch_deadline_s=settings.deadline_s,
            store=str(store),
        )
        try:
            self.client = Client.from_settings(judge, run=f"{run}:{name}", keeps_all=True)
        except ConfigError as error:
            field = f"models.{name}{(error.field or '').removeprefix('judge')}"
            raise ConfigError(error.problem, fix=error.fix, field=field) from None
        self.capacity = capacity or settings.endpoints[0].max_concurrency
        self._gate: Gate | None = None
        self.answered = 0.0
        self.silent_since: float | None = None

    async def ask(self, call: Call, number: int) -> Reply:
        """The reply, once it is on disk. CallRefused; Unfinished where it is the server's, the disk's or a limit's fault.

        A server that has answered nothing so far and says that a request is bad may not be what the run takes it for: that is
        Unfinished too (refused), and the store forgets it.
        """
        async with self._place(call, number):
            try:
                reply = await self.client.ask(call, self.settings.deadline_s, _NO_WAIT_LIMIT_S)
            except CallFailed as error:
                self.silent_since = self.silent_since or time.monotonic()
                raise Unfinished(error.kind, str(error), self.name) from None
            except CallRefused as error:
                if error.kind == "bad_request" and not self.answered:
                    self.client.forget(call)
                    raise Unfinished("refused", str(error), self.name) from None
                await self._on_disk()
                raise
            if not reply.cached:
                self.answered, self.silent_since = time.monotonic(), None
                await self._on_disk()  # in its place still: else more than `capacity` replies could be lost to a kill
        return reply

    @asynccontextmanager
    async def _place(self, call: Call, number: int) -> AsyncIterator[None]:
        """One of the places that the model's servers have; Unfinished where the run is to stop."""
        if self._gate is None:
            self._gate = Gate(self.capacity)
        async with self._gate.through(number):
            self._permit()
            with self._in_flight.mark(call.digest()) if self._in_flight else nullcontext():
                yield

    async def lists_models(self) -> bool:
        """Whether one of its servers at least says what it serves."""
        try:
            return bool(await self.client.models())
        except CallFailed:
            return False

    async def _on_disk(self) -> None:
        for pause_s in (0.0, 1.0, 6.0):
            await asyncio.sleep(pause_s)
            if await self.client.settled():
                return
        raise Unfinished("store", "the call store can't be written; see the warning above", self.name)
