"""One call under way, and all who wait for it: identical calls made at the same time are put to a server once.

Each waiter has a deadline of its own. A waiter who leaves takes nothing from the others; when the last one leaves, the
work is cancelled.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any

from wethink_plugins.endpoints.call import Reply
from wethink_plugins.endpoints.faults import CallEnded, CallFailed


class Waiter:
    def __init__(self, deadline_s: float) -> None:
        self.deadline_s = deadline_s
        self.future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self.timer: asyncio.TimerHandle | None = None
        self.until = 0.0


class Flight:
    """`note` is the last thing that went wrong, for whoever runs out of time; `abandoned`: nobody can join any more.

    Times are those of time.monotonic.
    """

    def __init__(self) -> None:
        self.note = ""
        self.expired = False
        self.attempts = 0
        self.started: float | None = None
        self.abandoned = False
        self._waiters: list[Waiter] = []
        self._task: asyncio.Task[Reply] | None = None

    def launch(self, work: Coroutine[Any, Any, Reply], over: Callable[[], None]) -> None:
        """`over` is called when the work ends, one way or another."""
        self._task = asyncio.get_running_loop().create_task(work)
        self._task.add_done_callback(lambda task: self._land(task, over))

    def start(self) -> None:
        """The first attempt is made: from now on the deadlines run."""
        if self.started is None:
            self.started = time.monotonic()
            for waiter in self._waiters:
                self._arm(waiter, waiter.deadline_s)

    def time_left(self) -> float:
        """Until the last of the waiters gives up."""
        return max((waiter.until for waiter in self._waiters), default=0.0) - time.monotonic()

    def deadline_s(self) -> float:
        return max((waiter.deadline_s for waiter in self._waiters), default=0.0)

    async def join(self, deadline_s: float, wait_s: float) -> Reply:
        """Raises CallFailed deadline, or what the work raises (CallFailed or CallRefused). `wait_s` holds until the first attempt."""
        waiter = Waiter(deadline_s)
        self._waiters.append(waiter)
        self._arm(waiter, deadline_s if self.started is not None else wait_s)
        try:
            return await waiter.future
        finally:
            self._leave(waiter)

    def _arm(self, waiter: Waiter, seconds: float) -> None:
        if waiter.timer is not None:
            waiter.timer.cancel()
        waiter.until = time.monotonic() + seconds
        waiter.timer = asyncio.get_running_loop().call_later(seconds, self._expire, waiter, seconds)

    def _expire(self, waiter: Waiter, seconds: float) -> None:
        if waiter.future.done():
            return
        what = f"no reply within {seconds:g} s" if self.started is not None else f"no free slot within {seconds:g} s"
        waiter.future.set_exception(CallFailed("deadline", f"{what}; before: {self.note}" if self.note else what))
        self.expired = True

    def _leave(self, waiter: Waiter) -> None:
        self._waiters.remove(waiter)
        if waiter.timer is not None:
            waiter.timer.cancel()
        if not self._waiters and self._task is not None and not self._task.done():
            self.abandoned = True
            self._task.cancel()

    def _land(self, task: asyncio.Task[Reply], over: Callable[[], None]) -> None:
        over()
        waiting = [waiter.future for waiter in self._waiters if not waiter.future.done()]
        if task.cancelled():  # by the end of its loop; by `_leave` nobody is left to tell
            for future in waiting:
                future.cancel()
            return
        error = task.exception()  # also marks it as seen
        for future in waiting:
            if error is None:
                future.set_result(task.result())
            else:
                # One each, since raising writes into it.
                future.set_exception(type(error)(*error.args) if isinstance(error, CallEnded) else error)
