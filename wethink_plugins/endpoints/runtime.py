"""What one process needs to make calls: routes, store thread, counters, and a connection pool for each event loop."""

from __future__ import annotations

import asyncio
import logging
import threading
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from wethink_plugins import config
from wethink_plugins.endpoints.in_flight import InFlightCall
from wethink_plugins.endpoints.limits import Limits
from wethink_plugins.endpoints.route import Route, from_environment
from wethink_plugins.endpoints.run_id import initialised_ray, run_id
from wethink_plugins.endpoints.store import CallStore
from wethink_plugins.endpoints.store_thread import Store, StoreThread
from wethink_plugins.endpoints.timeout import SharedTimeout
from wethink_plugins.endpoints.totals import Counter
from wethink_plugins.endpoints.transport import new_session

if TYPE_CHECKING:
    import aiohttp

# A look-up that takes longer than this is not waited for: no disk may decide over a deadline.
_LOOKUP_S = 2.0
_log = logging.getLogger(__name__)


class LoopState:
    """Of one event loop: open connections, and the calls in flight by digest."""

    def __init__(self) -> None:
        self.session: aiohttp.ClientSession = new_session()
        self.in_flight: dict[str, InFlightCall] = {}
        self.timeout = SharedTimeout(_LOOKUP_S)


class Runtime:
    """Shared by the event loops and threads of a process; made anew after a fork. `ended`: nothing more is sent."""

    def __init__(
        self, judge: config.Judge, router: str | None, run: str | None = None, keeps_all: bool = False
    ) -> None:
        self.routes = routes_of(judge, router)
        self.limits = limits_of(judge)
        self.counter = Counter()
        self.caches = judge.store is not None
        self.keeps_all = keeps_all
        self.ended = False
        path = store_path(judge)
        self.store = StoreThread(_store_at(path), run or run_id(), self.limits, str(path or "in memory"))
        self._loops: WeakKeyDictionary[asyncio.AbstractEventLoop, LoopState] = WeakKeyDictionary()
        self._lock = threading.Lock()
        if path is None and self.limits.any() and initialised_ray() is None:
            _log.warning("judge.store is null: rate and ceiling hold for each process by itself")

    def loop_state(self) -> LoopState:
        """Of the running loop."""
        loop = asyncio.get_running_loop()
        state = self._loops.get(loop)
        if state is None or state.session.closed:
            state = LoopState()
            with self._lock:
                self._loops[loop] = state
        return state

    async def close_loop(self) -> None:
        """Closes what belongs to the running loop and writes the ledger."""
        with self._lock:
            state = self._loops.pop(asyncio.get_running_loop(), None)
        if state is not None:
            await state.session.close()
        try:
            await asyncio.get_running_loop().run_in_executor(None, self.store.flush)
        except RuntimeError:  # the interpreter is ending and has no more threads to give
            self.store.flush()


def routes_of(judge: config.Judge, router: str | None) -> list[Route]:
    shortest = min(judge.deadline_s, judge.batch_deadline_s)
    return [Route(settings, router, index, shortest) for index, settings in enumerate(judge.endpoints)]


def limits_of(judge: config.Judge) -> Limits:
    return Limits(judge.rate.requests_per_minute, judge.rate.tokens_per_minute, judge.ceiling.usd, judge.ceiling.tokens)


def store_path(judge: config.Judge) -> Path | None:
    """ConfigError for `env:NAME` where NAME isn't set."""
    store = judge.store
    if store is not None and store.startswith("env:"):
        store = from_environment(store[4:].strip(), "judge.store")
    return None if store is None else Path(store).expanduser()


def _store_at(path: Path | None) -> Store:
    ray = initialised_ray()
    if ray is None:
        return CallStore(path)
    from wethink_plugins.endpoints.ray_store import RayStore

    return RayStore(ray, path)
