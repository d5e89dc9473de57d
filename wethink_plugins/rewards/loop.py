"""One event loop in a thread of its own, for callers that have none or are inside a running one."""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from wethink_plugins.rewards.executor import LoopExecutor

T = TypeVar("T")
# How long calls that ignore their cancellation may hold up the end of the thread.
_END_S = 1.0


class LoopThread:
    """Started at the first use, again after a fork; so that async clients keep one loop for the life of a process."""

    _loop: asyncio.AbstractEventLoop | None
    _thread: threading.Thread | None

    def __init__(self, name: str, at_end: Callable[[], Coroutine[Any, Any, None]] | None = None) -> None:
        """`at_end` runs in the loop when it ends, for what belongs to it: connections."""
        self._name, self._at_end = name, at_end
        self._reset()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Blocks until the coroutine is done; its exceptions are raised here. CancelledError after `close`."""
        if self._pid != os.getpid():  # neither thread nor lock survive a fork
            self._reset()
        if threading.current_thread() is self._thread:
            coroutine.close()
            raise RuntimeError("a judge or a term can't wait for its own reward; await ascore in a judge instead")
        with self._lock:
            future = asyncio.run_coroutine_threadsafe(coroutine, self._running())
        return future.result()

    def close(self) -> None:
        """Ends the thread; what still runs in it is cancelled."""
        if self._pid != os.getpid():
            return
        with self._lock:
            thread = self._thread
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._loop.stop)
            self._loop = self._thread = None
        if thread is not None and thread is not threading.current_thread():
            thread.join(3 * _END_S)

    def _reset(self) -> None:
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._loop = self._thread = None

    def _running(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._loop.set_default_executor(LoopExecutor())
            self._thread = threading.Thread(
                target=_serve, args=(self._loop, self._at_end), name=self._name, daemon=True
            )
            self._thread.start()
        return self._loop


def _serve(loop: asyncio.AbstractEventLoop, at_end: Callable[[], Coroutine[Any, Any, None]] | None) -> None:
    asyncio.set_event_loop(loop)
    while not _stopped(loop):
        pass
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    if tasks:
        loop.run_until_complete(asyncio.wait(tasks, timeout=_END_S))
    if at_end is not None:
        with contextlib.suppress(Exception):  # nobody is there to hear it, and nothing depends on it
            loop.run_until_complete(asyncio.wait_for(at_end(), _END_S))
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()


def _stopped(loop: asyncio.AbstractEventLoop) -> bool:
    """False for an exit that a task raised: asyncio lets it through, though it is for whoever waits for the task."""
    try:
        loop.run_forever()
    except (SystemExit, KeyboardInterrupt):
        return False
    return True
