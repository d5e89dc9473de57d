"""The engine whose items are run by workers of a Ray cluster."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, cast

from wethink_plugins.endpoints import Client
from wethink_plugins.endpoints.ray_store import RayStore
from wethink_plugins.endpoints.totals import Totals
from wethink_plugins.errors import WeThinkError
from wethink_plugins.synthesis.asking.model import Model
from wethink_plugins.synthesis.cluster.connection import connected
from wethink_plugins.synthesis.cluster.turnstile import Turnstile
from wethink_plugins.synthesis.cluster.worker import Done, Worker
from wethink_plugins.synthesis.config import ModelSettings, SynthesisConfig
from wethink_plugins.synthesis.ledger import Ledger
from wethink_plugins.synthesis.pipeline import Outcome
from wethink_plugins.synthesis.records import Draft
from wethink_plugins.synthesis.rejection import Unfinished
from wethink_plugins.synthesis.run import RunFolder
from wethink_plugins.synthesis.running.budget import spent_before
from wethink_plugins.synthesis.running.engine import Engine, Progress

# How long a limit that was reached, or Ctrl-C, may go unnoticed on the other side.
_NEWS_EVERY_S = 0.5
# An actor's coroutines: more items than any run has at work.
_AT_ONCE = 1 << 16
# Workers may die of what they are given (a picture that eats the memory); of so many deaths each, it is the run's fault.
_DEATHS = 5
_log = logging.getLogger(__name__)


class RayEngine(Engine):
    """`workers`: processes, default one a core of the cluster; never more than an endpoint takes calls at once."""

    def __init__(
        self,
        run: RunFolder,
        ledger: Ledger,
        observe: Callable[[Progress], None] = lambda _: None,
        workers: int | None = None,
    ) -> None:
        """WeThinkError where ray is missing or no cluster can be had; ConfigError where a worker can't use the settings."""
        self._ray: Any = connected()
        super().__init__(run, ledger, observe)
        self._store = RayStore(self._ray, run.calls.resolve())
        self._store.place_here()
        self._turnstile = self._actor(
            Turnstile, run.config, spent_before(run.calls, run.id),
            {name: model.capacity for name, model in self._models.items()},
        )  # fmt: skip
        self._deaths = self._born = 0
        count = _workers(self._ray, run.config, workers)
        self._workers = [_Placed(*self._new_worker(count)) for _ in range(count)]
        self._await_workers()

    async def work(self) -> Progress:
        listening = asyncio.create_task(self._listen())
        try:
            return await super().work()
        finally:
            listening.cancel()
            with suppress(self._ray.exceptions.RayError):
                await asyncio.gather(*(worker.actor.close.remote() for worker in self._workers))

    def close(self) -> None:
        """Ends the workers, the turnstile and the store's actor."""
        for actor in (*(worker.actor for worker in self._workers), self._turnstile):
            self._ray.kill(actor)
        self._store.close()

    def _new_models(self) -> dict[str, Any]:
        needed = set(self._pipeline.roles.values())
        return {
            name: _SeenModel(name, settings, self._run, self._last_news)
            for name, settings in self._config.models.items()
            if name in needed
        }

    def _actor(self, kind: type, *arguments: Any, **options: Any) -> Any:
        made = self._ray.remote(num_cpus=0, max_concurrency=_AT_ONCE, **options)(kind)
        return made.remote(*arguments)

    def _new_worker(self, count: int) -> tuple[str, Any]:
        self._born += 1
        name = f"{self._run.id}-{self._born}"
        store = str(self._run.calls.resolve())
        options = {"scheduling_strategy": "SPREAD"}
        return name, self._actor(
            Worker, name, self._config, self._run.id, store, self._turnstile, count, **options
        )  # fmt: skip

    def _await_workers(self) -> None:
        try:
            self._ray.get([worker.actor.ready.remote() for worker in self._workers])
        except self._ray.exceptions.RayError as error:
            last = str(error).strip().splitlines()[-1]
            raise WeThinkError(f"a worker can't start: {last}", fix="see docs/synthesis-ray.md", file="ray") from None

    async def _make(self, number: int) -> Outcome:
        image = self._images[number // self._config.questions_per_image]
        done = await self._remote(number, image, None)
        if done.outcome is None:
            draft = done.draft
            assert draft is not None
            self._room.release()
            try:
                draft.target = await self._planned(number)
            finally:
                await self._room.acquire()
            done = await self._remote(number, image, draft)
        assert done.outcome is not None
        return done.outcome

    async def _remote(self, number: int, image: Any, draft: Draft | None) -> Done:
        """Unfinished, as in one process; a worker that dies is nobody's fault but costs nothing that is in the store."""
        worker = min(self._workers, key=lambda one: one.items)
        worker.items += 1
        try:
            done: Done = await worker.actor.make.remote(number, image, draft)
        except self._ray.exceptions.RayActorError as error:
            await self._replace(worker, error)
            raise Unfinished("connect", "a worker died", next(iter(self._models))) from None
        finally:
            worker.items -= 1
        if done.fault:
            fault = Unfinished(done.fault, done.note, done.model)
            fault.stage, fault.draft = done.stage, done.draft
            raise fault
        return done

    async def _replace(self, dead: _Placed, error: Exception) -> None:
        if dead not in self._workers:
            return
        self._deaths += 1
        _log.warning("worker %s died, another takes its place: %s", dead.name, str(error).strip().splitlines()[0])
        if self._deaths > _DEATHS * len(self._workers):
            self._budget.stop = self._budget.stop or f"{self._deaths} workers died; see the warnings"
        place = self._workers.index(dead)
        self._workers[place] = _Placed(*self._new_worker(len(self._workers)))
        await self._turnstile.forget.remote(dead.name)

    async def _listen(self) -> None:
        while True:
            await self._last_news()
            await asyncio.sleep(_NEWS_EVERY_S)

    def _end_calls(self) -> None:
        super()._end_calls()
        for worker in self._workers:
            worker.actor.end.remote()

    async def _last_news(self) -> None:
        news = await self._turnstile.news.remote(self._budget.stop)
        self._budget.stop = self._budget.stop or news.stop
        now = time.monotonic()
        for name, model in self._models.items():
            answered, silent = news.ages[name]
            cast(_SeenClient, model.client).known = news.totals[name]
            model.answered = 0.0 if answered is None else now - answered
            model.silent_since = None if silent is None else now - silent


class _Placed:
    """A worker, and how many items it has."""

    def __init__(self, name: str, actor: Any) -> None:
        self.name, self.actor, self.items = name, actor, 0


class _SeenModel(Model):
    """What the driver sees of a model, which others ask. Where nobody gets a reply, it looks itself whether one is there."""

    def __init__(self, name: str, settings: ModelSettings, run: RunFolder, news: Callable[[], Awaitable[None]]) -> None:
        super().__init__(name, settings, run.id, run.calls.resolve(), lambda: None)
        self.client: Any = _SeenClient(self.client, news)


class _SeenClient:
    def __init__(self, own: Client, news: Callable[[], Awaitable[None]]) -> None:
        self._own, self._news, self.known = own, news, Totals()

    def totals(self) -> Totals:
        """Of the clients of all workers."""
        return self.known

    def end(self) -> None:
        """It makes no calls; the workers are told by the engine."""

    async def models(self) -> list[str]:
        return await self._own.models()

    async def aclose(self) -> None:
        """All calls have ended: what they cost is known now."""
        await self._news()
        await self._own.aclose()


def _workers(ray: Any, config: SynthesisConfig, asked: int | None) -> int:
    least = min(endpoint.max_concurrency for model in config.models.values() for endpoint in model.endpoints)
    return max(1, min(asked or int(ray.cluster_resources().get("CPU", 1)), least))
