"""De-duplication of calls in flight: identical calls made at the same time are put to a server once.

Each waiter has a deadline of its own. One that is cancelled or times out changes nothing for the others; when the last
one is gone, the work is cancelled.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any

from wethink_plugins.endpoints.call import Reply
from wethink_plugins.endpoints.faults import CallError, CallFailed


class Waiter:
    def __init__(self, deadline_s: float) -> None:
        self.deadline_s = deadline_s
        self.future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self.timer: asyncio.TimerHandle | None = None
        self.until = 0.0


class InFlightCall:
    """`note` is the last fault, for the message of a deadline; `cancelled`: nobody can join any more. `sent`: a server
    has an attempt of it now.

    Times are those of time.monotonic.
    """

    def __init__(self) -> None:
        self.note = ""
        self.expired = False
        self.sent = False
        self.attempts = 0
        self.started: float | None = None
        self.cancelled = False
        self._waiters: list[Waiter] = []
        self._task: asyncio.Task[Reply] | None = None

    def run(self, work: Coroutine[Any, Any, Reply], on_done: Callable[[], None]) -> None:
        """`on_done` is called when the work ends, one way or another."""
        self._task = asyncio.get_running_loop().create_task(work)
        self._task.add_done_callback(lambda task: self._finish(task, on_done))

    def mark_started(self) -> None:
        """Called at the first attempt: the deadlines count from here."""
        if self.started is None:
            self.started = time.monotonic()
            for waiter in self._waiters:
                self._set_timer(waiter, waiter.deadline_s)

    def time_left(self) -> float:
        """Seconds until the latest deadline of the waiters."""
        return max((waiter.until for waiter in self._waiters), default=0.0) - time.monotonic()

    def deadline_s(self) -> float:
        return max((waiter.deadline_s for waiter in self._waiters), default=0.0)

    async def wait(self, deadline_s: float, wait_s: float) -> Reply:
        """Raises CallFailed deadline, or what the work raises (CallFailed or CallRefused).

        `deadline_s` counts from the first attempt; until then `wait_s` holds.
        """
        waiter = Waiter(deadline_s)
        self._waiters.append(waiter)
        self._set_timer(waiter, deadline_s if self.started is not None else wait_s)
        try:
            return await waiter.future
        finally:
            self._remove(waiter)

    def give_up(self, error: CallFailed) -> None:
        """For all who wait for it, at once."""
        for waiter in self._waiters:
            if not waiter.future.done():
                waiter.future.set_exception(type(error)(*error.args))

    def _set_timer(self, waiter: Waiter, seconds: float) -> None:
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

    def _remove(self, waiter: Waiter) -> None:
        self._waiters.remove(waiter)
        if waiter.timer is not None:
            waiter.timer.cancel()
        if not self._waiters and self._task is not None and not self._task.done():
            self.cancelled = True
            self._task.cancel()

    def _finish(self, task: asyncio.Task[Reply], on_done: Callable[[], None]) -> None:
        on_done()
        waiting = [waiter.future for waiter in self._waiters if not waiter.future.done()]
        if task.cancelled():  # with its loop; after `_remove` nobody waits
            for future in waiting:
                future.cancel()
            return
        error = task.exception()  # also marks it as seen
        for future in waiting:
            if error is None:
                future.set_result(task.result())
            else:
                # One each: raising an exception changes it.
                future.set_exception(type(error)(*error.args) if isinstance(error, CallError) else error)
