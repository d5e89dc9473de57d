"""One process that works on a run: all items through the pipeline, round by round, until the end or a reason to stop."""

from __future__ import annotations

import asyncio
import logging
import signal
import sqlite3
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from wethink_plugins.errors import WeThinkError
from wethink_plugins.synthesis.asking.in_flight import InFlight
from wethink_plugins.synthesis.asking.model import Model
from wethink_plugins.synthesis.growing.extend import base_of
from wethink_plugins.synthesis.ledger import Ledger
from wethink_plugins.synthesis.pipeline import Outcome, Pipeline
from wethink_plugins.synthesis.records import Draft, ItemRecord, RoundRecord, Target
from wethink_plugins.synthesis.rejection import Unfinished
from wethink_plugins.synthesis.run import RunFolder
from wethink_plugins.synthesis.running.budget import Budget, Spent, spent_before
from wethink_plugins.synthesis.running.images import LedgerImages
from wethink_plugins.synthesis.running.load import load
from wethink_plugins.synthesis.running.schedule import Schedule
from wethink_plugins.synthesis.running.silence import Silence
from wethink_plugins.synthesis.running.trouble import Trouble
from wethink_plugins.synthesis.steering import Steering

_STOPPING = frozenset({"stopped", "store"})
# A model that gives no reply at all for this long ends the run (chosen); `resume` goes on. One item that is turned away
# for this long, while others are not, is given up.
_PATIENCE_S = 900.0
# With no more items than this in trouble (chosen), a server that lists its models is taken for one that works.
_FEW = 3
_PAUSE_S = 5.0
# A server that turned down so many items as bad requests and answered none isn't what the run takes it for (chosen).
_ALL_REFUSED = _FEW + 1
# Items at work at once, a slot of a model (chosen): while one's reply is read another asks.
_ITEMS_A_SLOT = 1.5
_log = logging.getLogger(__name__)
_Done = TypeVar("_Done")


@dataclass
class Progress:
    """Of `total` items `ended` have, and `passed` all stages; `round` is the one that is open, from 0. `spent` and `stopped` (why; empty where
    the run is complete) are of this process.
    """

    total: int = 0
    ended: int = 0
    passed: int = 0
    round: int = 0
    stopped: str = ""
    spent: Spent = field(default_factory=Spent)


class Engine:
    """`observe` is called after each item with the progress so far. `first`: only so many items are begun."""

    def __init__(
        self, run: RunFolder, ledger: Ledger, observe: Callable[[Progress], None] = lambda _: None,
        first: int | None = None,
    ) -> None:  # fmt: skip
        """ConfigError where the run's settings can't be used here (a key that isn't set, a prompt that is gone)."""
        self._run, self._ledger, self._observe, self._first = run, ledger, observe, first
        self._config = run.config
        self._pipeline = Pipeline(run.config)
        self._budget = Budget(run.config, spent_before(run.calls, run.id))
        self._in_flight = InFlight(run.folder)
        self._models = self._new_models()
        self._budget.watch(model.client for model in self._models.values())
        self._steering = Steering(run.config, base_of(run))
        self._troubled: set[int] = set()
        self._refused: dict[str, set[int]] = {name: set() for name in self._models}
        self._stopped = asyncio.Event()
        self._budget.on_stop = self._end_calls
        self._closing = False
        self.progress = Progress()

    async def work(self) -> Progress:
        """Until all is done or something stops it; then every call has ended and every reply is on disk.

        What leaves an item Unfinished is tried again and at last stops the work; it isn't raised. WeThinkError where the
        ledger can't be written.
        """
        try:
            self._prepare()
            await self._close_rounds()
            with _Signals(self._budget):
                await self._run_items()
        except sqlite3.Error as error:
            raise WeThinkError(
                f"the ledger can't be written: {error}",
                fix="see that there is space, then `wethink synth resume`; no reply that is on disk is asked for again",
                file=self._run.folder,
            ) from error
        finally:
            await asyncio.gather(*(model.client.aclose() for model in self._models.values()))
            self._in_flight.close()
        self.progress.stopped, self.progress.spent = self._budget.stop, self._budget.spent()
        return self.progress

    def _prepare(self) -> None:
        """Takes up the run where the ledger has it."""
        per_image = self._config.questions_per_image
        self._images = LedgerImages(partial(self._run.ledger, reads_only=True), self._ledger.image_count())
        done = self._ledger.done()
        rounds = self._ledger.rounds()
        total = len(self._images) * per_image
        self._schedule = Schedule(
            total, self._config.rounds.size, self._config.rounds.ahead, done, max(len(rounds) - 1, 0)
        )
        self.progress = Progress(total, len(done), sum(n for s, _, _, n in self._ledger.tally() if s == "passed"))
        self._restore()

    def _new_models(self) -> dict[str, Model]:
        needed = set(self._pipeline.roles.values())
        return {
            name: Model(name, settings, self._run.id, self._run.calls, self._budget.permit, in_flight=self._in_flight)
            for name, settings in self._config.models.items()
            if name in needed
        }

    def _restore(self) -> None:
        for record in self._ledger.rounds():
            numbers = self._schedule.numbers(record.round) if record.round >= 0 else range(0)
            self._steering.restore(record, list(self._ledger.items(numbers.start, numbers.stop)))
            plan = record.targets
        if not self._ledger.rounds():
            first = self._steering.first(self._ids(0))
            self._ledger.close_round(first)
            plan = first.targets
        self._schedule.give(plan)

    async def _close_rounds(self) -> None:
        """The open one and those after it that are complete already.

        In a thread: of a large run it takes seconds, in which no model should have to wait.
        """
        if self._closing:
            return
        self._closing = True
        try:
            while self._schedule.complete():
                record = await asyncio.to_thread(self._closed, self._schedule.open)
                self._ledger.close_round(record)
                self._schedule.close(record.targets)
        finally:
            self._closing = False

    def _closed(self, number: int) -> RoundRecord:
        numbers, ledger = self._schedule.numbers(number), self._run.ledger(reads_only=True)
        try:
            items = list(ledger.items(numbers.start, numbers.stop))
        finally:
            ledger.close()
        return self._steering.close(number, items, self._ids(number + 1))

    def _ids(self, round_number: int) -> list[str]:
        return [self._item(number) for number in self._schedule.numbers(round_number)]

    def _item(self, number: int) -> str:
        image, question = divmod(number, self._config.questions_per_image)
        return f"{self._images[image].id}#{question}"

    async def _run_items(self) -> None:
        """Starts items in order. What waits for its plan is not counted: it holds no slot."""
        watch = asyncio.create_task(Silence(self._models).watch())
        try:
            await self._begin_and_await_items()
        finally:
            watch.cancel()

    async def _begin_and_await_items(self) -> None:
        slots = sum(model.capacity for model in self._models.values())
        self._room = asyncio.Semaphore(max(int(slots * _ITEMS_A_SLOT), 2))
        tasks: set[asyncio.Task[None]] = set()
        for number in self._schedule.waiting():
            if self._first is not None and number >= self._first:
                break
            await self._begin(number)
            if self._budget.stop:
                break
            task = asyncio.create_task(self._one(number))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
            task.add_done_callback(self._ended)
        while tasks:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if self._broken is not None:
            raise self._broken

    _broken: BaseException | None = None

    async def _begin(self, number: int) -> None:
        """Waits for its round and for room, or until the run stops."""
        while not self._budget.stop:
            try:
                await asyncio.wait_for(self._admitted(number), 1.0)
                return
            except asyncio.TimeoutError:
                continue

    async def _admitted(self, number: int) -> None:
        await self._schedule.begin(number)
        await self._room.acquire()

    def _ended(self, task: asyncio.Task[None]) -> None:
        """An error that is nobody's but ours ends the run, with its trace."""
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._broken = self._broken or error
            self._budget.stop = self._budget.stop or f"{type(error).__name__}: {error}"

    async def _one(self, number: int) -> None:
        """One item to its end. It holds room but for the time that it waits for a plan."""
        trouble = Trouble(_PATIENCE_S)
        try:
            while not self._budget.stop:
                trouble.begin()
                try:
                    return await self._end(number, await self._make(number))
                except Unfinished as fault:
                    if fault.kind in _STOPPING:
                        self._budget.stop = self._budget.stop or fault.note
                        return
                    self._troubled.add(number)
                    self._note_refusal(number, fault)
                    is_up = await self._until_stop(self._is_up(self._models[fault.model], trouble.began))
                    if self._budget.stop:
                        return
                    trouble.note(fault, bool(is_up))
                    if trouble.tries >= self._config.tries:
                        return await self._end(number, self._failed(number, fault))
                    await self._pause(fault, bool(is_up))
        finally:
            self._troubled.discard(number)
            self._room.release()

    async def _is_up(self, model: Model, since: float) -> bool:
        """It served others; or there are hardly any others, and its server says what it serves."""
        return model.answered > since or (len(self._troubled) <= _FEW and await model.lists_models())

    async def _make(self, number: int) -> Outcome:
        image = self._images[number // self._config.questions_per_image]

        async def plan() -> Target:
            self._room.release()
            try:
                return await self._planned(number)
            finally:
                await self._room.acquire()

        return await self._pipeline.make(
            image,
            lambda draft: self._pipeline.desk(draft, number, self._models, lambda: load(image)),
            plan,
        )

    async def _planned(self, number: int) -> Target:
        while True:
            if self._budget.stop:
                raise Unfinished("stopped", self._budget.stop)
            try:
                return await asyncio.wait_for(self._schedule.target(number, self._item(number)), 1.0)
            except asyncio.TimeoutError:
                continue

    async def _end(self, number: int, outcome: Outcome) -> None:
        self._ledger.add(
            ItemRecord(
                item=self._item(number), number=number, round=number // self._schedule.size,
                status="rejected" if outcome.reason else "passed", stage=outcome.stage, reason=outcome.reason,
                detail=outcome.detail, draft=outcome.draft, seconds=round(time.time() - self._run.created, 1),
            )
        )  # fmt: skip
        self.progress.ended += 1
        self.progress.passed += not outcome.reason
        complete = self._schedule.ended(number)
        self.progress.round, self.progress.spent = self._schedule.open, self._budget.spent()
        self._observe(self.progress)
        if complete:
            await self._close_rounds()

    def _failed(self, number: int, fault: Unfinished) -> Outcome:
        """With what it had come to, so that its calls are counted; what depends on the clock goes to the log alone."""
        draft = fault.draft or Draft(image=self._images[number // self._config.questions_per_image])
        _log.warning("%s is given up: %s", self._item(number), fault)
        if fault.kind == "refused":
            return Outcome(draft, fault.stage, "refused", fault.note)
        return Outcome(draft, fault.stage, "failed", f"{fault.model} gave no reply, {self._config.tries} times")

    async def _pause(self, fault: Unfinished, is_up: bool) -> None:
        """Before another try; a model that nobody has heard of for long ends the run."""
        since = self._models[fault.model].silent_since
        silent_s = time.monotonic() - since if since is not None and not is_up else 0.0
        if fault.kind == "auth" or silent_s > _PATIENCE_S:
            self._budget.stop = self._budget.stop or f"no reply of {fault.model} for {silent_s:.0f} s: {fault.note}"
            return
        await self._until_stop(asyncio.sleep(_PAUSE_S))

    def _note_refusal(self, number: int, fault: Unfinished) -> None:
        """A server that says of every request that it is bad ends the run, before it costs all items."""
        if fault.kind != "refused" or self._models[fault.model].answered:
            return
        refused = self._refused[fault.model]
        refused.add(number)
        if len(refused) >= _ALL_REFUSED and not self._budget.stop:
            self._budget.stop = f"{fault.model} has answered nothing so far and refuses every request: {fault.note}"
            _log.warning("stopping: %s", self._budget.stop)

    async def _until_stop(self, work: Awaitable[_Done]) -> _Done | None:
        """What it gives; None where the run stops meanwhile."""
        task, stopped = asyncio.ensure_future(work), asyncio.ensure_future(self._stopped.wait())
        try:
            await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
            return task.result() if task.done() else None
        finally:
            task.cancel()
            stopped.cancel()

    def _end_calls(self) -> None:
        """The run stops: what a server has is waited for; pauses, queues and further tries are not."""
        self._stopped.set()
        for model in self._models.values():
            model.client.end()


class _Signals:
    """SIGINT and SIGTERM stop the run cleanly: calls in flight end, nothing new is asked. A second one kills it."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._old: dict[signal.Signals, object] = {}

    def __enter__(self) -> None:
        loop = asyncio.get_running_loop()
        for one in (signal.SIGINT, signal.SIGTERM):
            try:
                self._old[one] = signal.getsignal(one)
                loop.add_signal_handler(one, self._stop, one)
            except (NotImplementedError, ValueError, RuntimeError):  # Windows, or not the main thread
                self._old.pop(one, None)

    def __exit__(self, *_: object) -> None:
        loop = asyncio.get_running_loop()
        for one, old in self._old.items():
            loop.remove_signal_handler(one)
            signal.signal(one, old)  # type: ignore[arg-type]

    def _stop(self, one: signal.Signals) -> None:
        if self._budget.stop:
            signal.signal(one, signal.SIG_DFL)
            signal.raise_signal(one)
        self._budget.stop = f"{one.name}; calls in flight are waited for, once more kills"
        _log.warning("stopping: %s", self._budget.stop)
