"""Shadow mode: another reward trains, ours is scored beside it in the background and only journalled.

What the active reward returns is handed to the trainer as it is. Ours can't touch it: samples go into a bounded queue
without waiting, what doesn't fit is dropped and counted, and whatever fails is counted and journalled as unscored.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import logging
import math
import os
import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from numbers import Number
from pathlib import Path
from typing import Any

from wethink_plugins.config import Shadow as ShadowSettings
from wethink_plugins.config import WeThinkConfig
from wethink_plugins.errors import ConfigError
from wethink_plugins.kind import kind_of
from wethink_plugins.registry import resolve
from wethink_plugins.rewards.executor import LoopExecutor, before_exit, not_before_exit
from wethink_plugins.rewards.hybrid import HybridReward
from wethink_plugins.rewards.judge import Judge
from wethink_plugins.rewards.loop import LoopThread
from wethink_plugins.sample import Sample
from wethink_plugins.score import Score

# Samples that may wait: some 80 MB at 20 kB each. Several batches of the usual size, then they are dropped.
_MOST_WAITING = 4096
# Scored at once; the judge's own limits hold below that.
_AT_ONCE = 256
# Chosen: how long the end of a training may be held up for the samples that still wait.
_AT_EXIT_S = 30.0
_log = logging.getLogger(__name__)


class Shadow:
    """The active reward, and ours beside it. Counts of this process: `dropped` (no room), `failed` (ours raised), and
    of those `unread` (the row made no sample).

    Journal lines carry the active number as `active`, and under `shadow` the process and what it lost so far.
    """

    def __init__(
        self,
        config: WeThinkConfig,
        judge: Judge | None = None,
        most_waiting: int = _MOST_WAITING,
        router: str | None = None,
        active: Callable[..., Any] | None = None,
    ) -> None:
        self.active = active or _active(config)
        self.reward = HybridReward(config.model_copy(update={"shadow": ShadowSettings()}), judge, router)
        if not self.reward.journals:
            raise ConfigError(
                "shadow mode writes to a journal, and none is configured",
                fix="set journal.path, or WETHINK_JOURNAL, to a folder",
                field="journal.path",
            )
        self.dropped = self.unread = self.failed = 0
        self._most_waiting, self._in_hand = most_waiting, 0
        self._told: set[type] = set()
        self._starting = threading.Lock()
        self._calls = LoopThread("wethink-active")
        self._pid: int | None = None
        self._thread: threading.Thread | None = None

    @classmethod
    def from_config(
        cls, source: str | Path | Mapping[str, Any] | WeThinkConfig | None = None, router: str | None = None
    ) -> Shadow | None:
        """None where `shadow.active` isn't set. ConfigError for a function that can't be had, or no journal."""
        config = WeThinkConfig.load(source)
        return cls(config, router=router) if config.shadow.active else None

    @classmethod
    def around(
        cls, active: Callable[..., Any], source: str | Path | Mapping[str, Any] | WeThinkConfig | None = None
    ) -> Shadow:
        """Around a function that the caller has in hand, whatever the configuration names."""
        return cls(WeThinkConfig.load(source), active=active)

    def call(self, *arguments: Any, **named: Any) -> Any:
        """What the active reward returns or raises; an async one is waited for."""
        result = self.active(*arguments, **named)
        return self._calls.run(_awaited(result)) if inspect.isawaitable(result) else result

    async def acall(self, **named: Any) -> Any:
        """The same without holding up the caller's loop, for hosts that call many at once."""
        if inspect.iscoroutinefunction(self.active):
            return await self.active(**named)
        return await asyncio.get_running_loop().run_in_executor(None, lambda: self.call(**named))

    def note(self, samples: Callable[[], Sequence[Sample]], results: Sequence[Any]) -> None:
        """Scores the samples some time later, with what the active reward gave each. Never waits, never raises.

        `samples` is called at once; what it raises is ours to count, as the trainer's row is none of its trouble.
        """
        try:
            pairs = [(sample, number_of(result)) for sample, result in zip(samples(), results, strict=True)]
        except Exception as error:  # noqa: BLE001  a row that we can't read must not end a training that can
            self.unread += len(results)
            self._fail(len(results), error)
            return
        for sample, active in pairs:
            self._enqueue(sample, active)

    def close(self, timeout_s: float = 5.0) -> None:
        """Waits for what is still to be scored, at most `timeout_s`, and writes out the journal."""
        thread = self._alive()
        if thread is not None:
            until = time.monotonic() + timeout_s
            with contextlib.suppress(queue.Full):
                self._waiting.put(None, timeout=timeout_s)
                thread.join(max(0.0, until - time.monotonic()))
            left = sum(one is not None for one in list(self._waiting.queue)) + self._in_hand
            if left and thread.is_alive():
                _log.warning("shadow mode: %d samples were still to be scored after %g s", left, timeout_s)
        not_before_exit(self._at_exit)
        self.reward.close()
        self._calls.close()

    def _at_exit(self) -> None:
        if self._pid == os.getpid():
            self.close(_AT_EXIT_S)

    def _enqueue(self, sample: Sample, active: float | None) -> None:
        try:
            self._start_if_needed()
            shadow = {"process": os.getpid(), "dropped": self.dropped, "unread": self.unread}
            meta = {**sample.meta, "active": active, "shadow": shadow}
            self._waiting.put_nowait(replace(sample, meta=meta))
        except queue.Full:
            self.dropped += 1
            if self.dropped & (self.dropped - 1) == 0:
                _log.warning("shadow mode: ours is slower than the training; %d samples dropped so far", self.dropped)
        except Exception as error:  # noqa: BLE001  no thread to be had, a meta that is no mapping
            self._fail(1, error)

    def _alive(self) -> threading.Thread | None:
        """None before the first sample, while the thread is being started, in a fork, and at the end."""
        thread = self._thread if self._pid == os.getpid() else None
        return thread if thread is not None and thread.is_alive() else None

    def _start_if_needed(self) -> None:
        if self._alive():
            return
        with self._starting:
            if self._pid != os.getpid():  # a fork has its parent's queue, but not the thread that empties it
                self._waiting: queue.Queue[Sample | None] = queue.Queue(self._most_waiting)
                self._pid = os.getpid()
            elif self._alive():
                return
            thread = threading.Thread(target=self._run, args=(self._waiting,), name="wethink-shadow", daemon=True)
            self._thread = thread
            thread.start()
            before_exit(self._at_exit)
            # At its end, Python 3.12.0 and 3.12.1 start no thread any more.
            start_judge = getattr(self.reward.judge, "start", None)
            if start_judge is not None:
                start_judge()

    def _run(self, waiting: queue.Queue[Sample | None]) -> None:
        loop = asyncio.new_event_loop()
        loop.set_default_executor(LoopExecutor())
        going = True
        while going:
            samples, going = _drain(waiting)
            self._in_hand = len(samples)
            loop.run_until_complete(self._score_all(samples))
        close_judge = getattr(self.reward.judge, "aclose", None)
        if close_judge is not None:
            with contextlib.suppress(Exception):  # nobody is there to hear it, and nothing depends on it
                loop.run_until_complete(close_judge())
        loop.close()

    async def _score_all(self, samples: Sequence[Sample]) -> None:
        await asyncio.gather(*(self._score(sample) for sample in samples))

    async def _score(self, sample: Sample) -> None:
        try:
            await self.reward.ascore(sample)
        except Exception as error:  # noqa: BLE001  no judge for this row, no gold, a broken term: told, not raised
            self._fail(1, error)
            self.reward.note(sample, Score(None, None, 0.0, "none", "unscored", str(error), "shadow"))
        finally:
            self._in_hand -= 1

    def _fail(self, count: int, error: Exception) -> None:
        """Counts, and says so once for each kind of cause."""
        self.failed += count
        if type(error) not in self._told:
            self._told.add(type(error))
            _log.error("shadow mode: ours fails (%s: %s); the training is not touched", type(error).__name__, error)


def number_of(result: Any) -> float | None:
    """The reward in what a host's reward function returns for one rollout: a number, or a dict that holds one."""
    if isinstance(result, Mapping):
        result = next((result[key] for key in ("score", "overall", "reward") if key in result), None)
    if callable(getattr(result, "item", None)):  # numpy, torch
        result = result.item()
    if not isinstance(result, Number) or isinstance(result, complex) or not math.isfinite(result):  # type: ignore[arg-type]
        return None
    return float(result)  # type: ignore[arg-type]


_loading = threading.local()


def _active(config: WeThinkConfig) -> Callable[..., Any]:
    reference = str(config.shadow.active)
    if reference in getattr(_loading, "names", ()):
        raise ConfigError(
            f"{reference!r} makes a reward of a configuration whose shadow.active is {reference!r} itself",
            fix="name your own reward here, in a file that doesn't load this configuration",
            field="shadow.active",
        )
    _loading.names = (*getattr(_loading, "names", ()), reference)
    try:
        function = resolve(reference, "rewards")
    finally:
        _loading.names = _loading.names[:-1]
    if not callable(function):
        raise ConfigError(
            f"{config.shadow.active!r} is {kind_of(function)}, not a function",
            fix="name the reward function that shall train",
            field="shadow.active",
        )
    active: Callable[..., Any] = function
    return active


def _drain(waiting: queue.Queue[Sample | None]) -> tuple[list[Sample], bool]:
    """At least one sample, and more that wait already; False when None, the end, was among them."""
    samples: list[Sample] = []
    sample = waiting.get()
    while sample is not None:
        samples.append(sample)
        if len(samples) >= _AT_ONCE:
            return samples, True
        try:
            sample = waiting.get_nowait()
        except queue.Empty:
            return samples, True
    return samples, False


async def _awaited(result: Any) -> Any:
    return await result
