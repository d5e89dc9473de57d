"""Who of all workers may ask a model next, and whether anybody may: one for a run, in an actor."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Literal

from wethink_plugins.endpoints.totals import Totals
from wethink_plugins.synthesis.asking.gate import Gate
from wethink_plugins.synthesis.config import SynthesisConfig
from wethink_plugins.synthesis.rejection import Unfinished
from wethink_plugins.synthesis.running.budget import Budget, Spent

# A reply from the store says nothing of a server.
Ended = Literal["answered", "failed", "stored"]


@dataclass(frozen=True)
class News:
    """What the driver learns: why to stop, and of each model what its clients did over all workers.

    `ages`: seconds since its last reply, and since the first fault after that; None where there was none.
    """

    stop: str
    totals: Mapping[str, Totals]
    ages: Mapping[str, tuple[float | None, float | None]]


class Turnstile:
    """At most `capacities[model]` calls of a model are made at once, the oldest item first; the same call never twice at once.

    A worker holds a place from `enter` to `leave`, or until it is `forget`ten. What two items ask alike, the second one
    asks when the first has its reply in the store, and finds it there.
    """

    def __init__(self, config: SynthesisConfig, before: Spent, capacities: Mapping[str, int]) -> None:
        self._gates = {name: Gate(capacity) for name, capacity in capacities.items()}
        self._budget = Budget(config, before)
        self._counted = {name: _Counted() for name in capacities}
        self._budget.watch(self._counted.values())  # type: ignore[arg-type]
        self._held: dict[tuple[str, str, str], AsyncExitStack] = {}
        self._asked: dict[tuple[str, str], asyncio.Future[None]] = {}

    async def enter(self, worker: str, model: str, number: int, call: str) -> str:
        """Waits for a place; why to stop, where there is none any more."""
        while (first := self._asked.get((model, call))) is not None:
            await asyncio.shield(first)
        self._asked[model, call] = asyncio.get_running_loop().create_future()
        place = AsyncExitStack()
        self._held[worker, model, call] = place
        await place.enter_async_context(self._gates[model].through(number))
        if (worker, model, call) not in self._held:  # it was forgotten while it waited
            await place.aclose()
            return "the worker is gone"
        try:
            self._budget.permit()
        except Unfinished as fault:
            await self._let_go(worker, model, call)
            return fault.note
        return ""

    async def leave(self, worker: str, model: str, call: str, totals: Totals, ended: Ended) -> None:
        """`totals`: of the worker's client of that model, since its start."""
        self._counted[model].note(worker, totals, ended)
        await self._let_go(worker, model, call)

    async def forget(self, worker: str) -> None:
        """It died: its places are free."""
        for key in [key for key in self._held if key[0] == worker]:
            await self._let_go(*key)

    async def news(self, stop: str) -> News:
        """`stop`: why the driver wants to stop, if it does."""
        self._budget.stop = self._budget.stop or stop
        now = time.monotonic()
        return News(
            self._budget.stop,
            {name: one.totals() for name, one in self._counted.items()},
            {name: (_age(one.answered, now), _age(one.silent_since, now)) for name, one in self._counted.items()},
        )

    async def _let_go(self, worker: str, model: str, call: str) -> None:
        place = self._held.pop((worker, model, call), None)
        if place is None:
            return
        self._asked.pop((model, call)).set_result(None)
        await place.aclose()


def _age(then: float | None, now: float) -> float | None:
    return None if then is None else now - then


class _Counted:
    """One model's clients of all workers, dead ones too, as one."""

    def __init__(self) -> None:
        self._by_worker: dict[str, Totals] = {}
        self.answered: float | None = None
        self.silent_since: float | None = None

    def note(self, worker: str, totals: Totals, ended: Ended) -> None:
        if totals.attempts >= self._by_worker.get(worker, Totals()).attempts:
            self._by_worker[worker] = totals
        if ended == "answered":
            self.answered, self.silent_since = time.monotonic(), None
        elif ended == "failed":
            self.silent_since = self.silent_since or time.monotonic()

    def totals(self) -> Totals:
        sums = (
            "calls",
            "cached",
            "joined",
            "failed",
            "refused",
            "attempts",
            "prompt_tokens",
            "completion_tokens",
            "usd",
        )
        each = self._by_worker.values()
        silent = all(one.unanswered for one in each if one.attempts)
        return Totals(
            **{name: sum(getattr(one, name) for one in each) for name in sums},
            unanswered=sum(one.unanswered for one in each) if silent else 0,
            fault=next((one.fault for one in each if one.fault), "") if silent else "",
        )
