"""Runs the stages of items, as many at a time as it is given, in an actor."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wethink_plugins.endpoints import Call
from wethink_plugins.synthesis.asking.desk import Desk
from wethink_plugins.synthesis.asking.model import Model
from wethink_plugins.synthesis.cluster.turnstile import Ended
from wethink_plugins.synthesis.config import ModelSettings, SynthesisConfig
from wethink_plugins.synthesis.pipeline import Outcome, Pipeline
from wethink_plugins.synthesis.records import Draft, ImageRef, Target
from wethink_plugins.synthesis.rejection import Unfinished
from wethink_plugins.synthesis.running.load import load


@dataclass(frozen=True)
class Done:
    """How far an item came: its `outcome`; or a `draft` that waits for its plan; or a `fault`, with what it had come to."""

    outcome: Outcome | None = None
    draft: Draft | None = None
    fault: str = ""
    note: str = ""
    model: str = ""
    stage: str = ""


class _NoPlan(Exception):
    """The stages before the plan are done."""


class GatedModel(Model):
    """A model whose places are given out by the turnstile."""

    def __init__(self, name: str, settings: ModelSettings, run: str, store: Path, worker: str, turnstile: Any) -> None:
        super().__init__(name, settings, run, store, lambda: None)
        self._worker, self._turnstile = worker, turnstile

    @asynccontextmanager
    async def _place(self, call: Call, number: int) -> AsyncIterator[None]:
        digest, before = call.digest(), self.answered
        stop = await self._turnstile.enter.remote(self._worker, self.name, number, digest)
        if stop:
            raise Unfinished("stopped", stop)
        failed = False
        try:
            yield
        except Unfinished:
            failed = True
            raise
        finally:
            ended: Ended = "failed" if failed else "answered" if self.answered > before else "stored"
            await self._turnstile.leave.remote(self._worker, self.name, digest, self.client.totals(), ended)


class Worker:
    """`name` tells it from all others of the run, those that died before it too. `workers`: how many there are."""

    def __init__(self, name: str, config: SynthesisConfig, run: str, store: str, turnstile: Any, workers: int) -> None:
        self._config, self._pipeline = config, Pipeline(config)
        needed = set(self._pipeline.roles.values())
        self._models: dict[str, Model] = {
            model: GatedModel(model, _shared(settings, workers), run, Path(store), name, turnstile)
            for model, settings in config.models.items()
            if model in needed
        }

    async def ready(self) -> None:
        """Once it is; Ray raises here what `__init__` raised."""

    async def make(self, number: int, image: ImageRef, draft: Draft | None) -> Done:
        """One item to its end, or to where it waits for a plan. `draft` has been there and has its target."""

        async def plan() -> Target:
            raise _NoPlan

        made: list[Draft] = []

        def desk(of: Draft) -> Desk:
            made.append(of)
            return self._pipeline.desk(of, number, self._models, lambda: load(image))

        try:
            return Done(outcome=await self._pipeline.make(image, desk, plan, draft))
        except _NoPlan:
            return Done(draft=made[0])
        except Unfinished as fault:
            return Done(draft=fault.draft, fault=fault.kind, note=fault.note, model=fault.model, stage=fault.stage)

    async def end(self) -> None:
        """The run stops: nothing is tried again."""
        for model in self._models.values():
            model.client.end()

    async def close(self) -> None:
        await asyncio.gather(*(model.client.aclose() for model in self._models.values()))


def _shared(settings: ModelSettings, workers: int) -> ModelSettings:
    """The turnstile holds the first endpoint's limit. Of those that stand in for it each worker has its part."""
    first, *others = settings.endpoints
    parts = [one.model_copy(update={"max_concurrency": max(1, one.max_concurrency // workers)}) for one in others]
    return settings.model_copy(update={"endpoints": [first, *parts]})
