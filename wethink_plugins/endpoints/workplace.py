"""What one process needs to make calls: routes, the desk, counters, and a connection pool for each event loop."""

from __future__ import annotations

import asyncio
import logging
import threading
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from wethink_plugins import config
from wethink_plugins.endpoints.books import Books
from wethink_plugins.endpoints.desk import Desk, Ledger
from wethink_plugins.endpoints.entries import Limits
from wethink_plugins.endpoints.flight import Flight
from wethink_plugins.endpoints.patience import Patience
from wethink_plugins.endpoints.route import Route
from wethink_plugins.endpoints.run import initialised_ray, run_id
from wethink_plugins.endpoints.totals import Counter
from wethink_plugins.endpoints.transport import new_session

if TYPE_CHECKING:
    import aiohttp

# A look-up that takes longer than this is not waited for: no disk may decide over a deadline.
_FIND_S = 2.0
_log = logging.getLogger(__name__)


class Here:
    """Of one event loop: open connections, and the calls under way by digest."""

    def __init__(self) -> None:
        self.session: aiohttp.ClientSession = new_session()
        self.flights: dict[str, Flight] = {}
        self.patience = Patience(_FIND_S)


class Workplace:
    def __init__(self, judge: config.Judge, router: str | None) -> None:
        self.routes = routes_of(judge, router)
        self.limits = limits_of(judge)
        self.counter = Counter()
        self.keeps = judge.store is not None
        path = Path(judge.store).expanduser() if judge.store is not None else None
        self.desk = Desk(_ledger(path), run_id(), self.limits, str(path or "in memory"))
        self._heres: WeakKeyDictionary[asyncio.AbstractEventLoop, Here] = WeakKeyDictionary()
        self._lock = threading.Lock()
        if path is None and self.limits.any() and initialised_ray() is None:
            _log.warning("judge.store is null: rate and ceiling hold for each process by itself")

    def here(self) -> Here:
        """Of the running loop."""
        loop = asyncio.get_running_loop()
        here = self._heres.get(loop)
        if here is None or here.session.closed:
            here = Here()
            with self._lock:
                self._heres[loop] = here
        return here

    async def leave(self) -> None:
        """Closes what belongs to the running loop and writes the ledger."""
        with self._lock:
            here = self._heres.pop(asyncio.get_running_loop(), None)
        if here is not None:
            await here.session.close()
        await asyncio.get_running_loop().run_in_executor(None, self.desk.flush)


def routes_of(judge: config.Judge, router: str | None) -> list[Route]:
    return [Route(settings, router, place) for place, settings in enumerate(judge.endpoints)]


def limits_of(judge: config.Judge) -> Limits:
    return Limits(judge.rate.requests_per_minute, judge.rate.tokens_per_minute, judge.ceiling.usd, judge.ceiling.tokens)


def _ledger(path: Path | None) -> Ledger:
    ray = initialised_ray()
    if ray is None:
        return Books(path)
    from wethink_plugins.endpoints.ray_books import RayBooks

    return RayBooks(ray, path)
