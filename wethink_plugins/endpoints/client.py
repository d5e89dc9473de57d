"""The client that everything asks models through; see `ask`.

What it doesn't do: spread load by weight or adapt its concurrency. Put a vLLM or LiteLLM router in front for that.
"""

from __future__ import annotations

import logging
import os
import threading
from typing import Any

from wethink_plugins import config
from wethink_plugins.endpoints.attempts import Attempts, reply_from
from wethink_plugins.endpoints.call import Call, Reply, key_of
from wethink_plugins.endpoints.constraint import Mode
from wethink_plugins.endpoints.faults import CallFailed, CallRefused
from wethink_plugins.endpoints.in_flight import InFlightCall
from wethink_plugins.endpoints.records import StoredReply
from wethink_plugins.endpoints.runtime import LoopState, Runtime, routes_of, store_path
from wethink_plugins.endpoints.totals import Totals
from wethink_plugins.endpoints.transport import list_models, require_aiohttp
from wethink_plugins.errors import ConfigError

_log = logging.getLogger(__name__)
# What a fork inherited is never used and never closed: closing a database that the parent has open can damage it.
_inherited: list[Any] = []


class Client:
    """Works from any number of event loops and threads, after a fork, and pickled (without its connections).

    `aclose` belongs into each loop that asked. What an unclosed one has not written yet is written at exit.
    """

    def __init__(
        self, judge: config.Judge, router: str | None = None, run: str | None = None, keeps_all: bool = False
    ) -> None:
        self._judge, self._router, self._run, self._keeps_all = judge, router, run, keeps_all
        self._reset()

    @classmethod
    def from_settings(
        cls, judge: config.Judge, router: str | None = None, run: str | None = None, keeps_all: bool = False
    ) -> Client:
        """Opens no connection. `router` is what `base_url: router` stands for: verl's `reward_router_address`.

        `run`: whose rate and ceiling it shares, in the place of this process's (`run_id`). `keeps_all`: the store keeps
        refusals and replies that were cut off too, and those of every endpoint in the list are looked up before anything
        is sent, so that no call whose end is known is ever made again.

        ConfigError: no endpoint, a bad address, a variable that isn't set, a ceiling in usd without prices, the
        judge extra not installed.
        """
        if not judge.endpoints:
            raise ConfigError("no endpoint is named", fix="add base_url and model", field="judge.endpoints")
        unpriced = [endpoint.model for endpoint in judge.endpoints if endpoint.usd_per_million is None]
        if judge.ceiling.usd is not None and unpriced:
            raise ConfigError(
                f"a ceiling in usd needs the prices of every endpoint; {', '.join(unpriced)} has none",
                fix="add usd_per_million: {prompt: ..., completion: ...} to it, or use ceiling.tokens",
                field="judge.ceiling.usd",
            )
        require_aiohttp()
        routes_of(judge, router)
        store_path(judge)
        return cls(judge, router, run, keeps_all)

    async def ask(self, call: Call, deadline_s: float, wait_s: float | None = None) -> Reply:
        """Raises CallFailed or CallRefused and nothing else; CancelledError passes.

        `deadline_s` holds from the first attempt on, retries and pauses included. Before that the call may wait `wait_s`
        (default: the batch deadline) for one of the endpoint's slots and for the run's own rate: a long queue is no fault
        of the server. It stops waiting, with CallFailed breaker_open, when the server is down for `deadline_s`.
        """
        try:
            return await self._ask(call, deadline_s, self._judge.batch_deadline_s if wait_s is None else wait_s)
        except (CallFailed, CallRefused) as error:
            self._runtime().counter.call("failed" if isinstance(error, CallFailed) else "refused")
            raise
        except Exception as error:  # the promise above: one call must not end a batch
            _log.exception("unexpected error in a call")
            raise CallFailed("bad_reply", f"{type(error).__name__}: {error}") from error

    def start(self) -> None:
        """Starts its thread now; `ask` does it otherwise. For who may first ask when a program ends already."""
        self._runtime()

    def forget(self, call: Call) -> None:
        """The store no longer serves replies to this call, whichever endpoint gave them. The ledger keeps its lines."""
        runtime, digest = self._runtime(), call.digest()
        for route in runtime.routes:
            if runtime.caches:
                runtime.store.write(key_of(digest, route.identity), None)

    def totals(self) -> Totals:
        """Calls, tokens and dollars of this process so far."""
        return self._runtime().counter.totals()

    def mode(self, endpoint: str | int = 0) -> Mode:
        """How constrained output is had there: by index in the list, or by `Reply.endpoint`."""
        routes = self._runtime().routes
        if isinstance(endpoint, int):
            return routes[endpoint].constraint.mode
        return next((route.constraint.mode for route in routes if route.name == endpoint), "unknown")

    async def models(self, endpoint: int = 0, deadline_s: float = 10.0) -> list[str]:
        """The models that the server lists; `endpoint` is its place in the list, from 0. CallFailed where it can't be reached or lists none."""
        runtime = self._runtime()
        route = runtime.routes[endpoint]
        return await list_models(
            runtime.loop_state().session, route.models_url, route.headers(), route.proxy, deadline_s
        )

    async def settled(self) -> bool:
        """Waits until every reply had so far is on disk, where a kill can't take it; False when it can't be written."""
        return await self._runtime().store.settled()

    def end(self) -> None:
        """Nothing more is sent, for good: calls that no server has now fail with CallFailed given_up, at once those of the
        running loop. What a server has is waited for, and not tried again."""
        runtime = self._runtime()
        runtime.ended = True
        for call in list(runtime.loop_state().in_flight.values()):
            if not call.sent:
                call.give_up(CallFailed("given_up", call.note))

    async def aclose(self) -> None:
        """Closes the running loop's connections and waits until the ledger is written. A later `ask` opens anew."""
        if self._own_runtime is not None and self._pid == os.getpid():
            await self._own_runtime.close_loop()

    def __repr__(self) -> str:
        return f"Client({', '.join(endpoint.model for endpoint in self._judge.endpoints)})"

    def __reduce__(self) -> tuple[Any, ...]:
        return Client, (self._judge, self._router, self._run, self._keeps_all)

    def _reset(self) -> None:
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._own_runtime: Runtime | None = None

    def _runtime(self) -> Runtime:
        if self._pid != os.getpid():
            _inherited.append(self._own_runtime)
            self._reset()
        if self._own_runtime is None:
            with self._lock:
                self._own_runtime = self._own_runtime or self._new_runtime()
        return self._own_runtime

    def _new_runtime(self) -> Runtime:
        return Runtime(self._judge, self._router, self._run, self._keeps_all)

    async def _ask(self, call: Call, deadline_s: float, wait_s: float) -> Reply:
        runtime = self._runtime()
        runtime.counter.call("calls")
        try:
            digest = call.digest()
        except (TypeError, ValueError) as error:
            raise CallRefused("bad_request", f"the call is no JSON: {error}") from None
        loop_state = runtime.loop_state()
        in_flight = _joinable(loop_state, digest)
        if in_flight is None and runtime.caches:
            stored = await _stored(digest, loop_state, runtime)
            if stored is not None:
                runtime.counter.call("cached")
                return reply_from(stored)
            in_flight = _joinable(loop_state, digest)
        if in_flight is not None:
            runtime.counter.call("joined")
        else:
            in_flight = _start(call, digest, loop_state, runtime)
        return await in_flight.wait(deadline_s, wait_s)


async def _stored(digest: str, loop_state: LoopState, runtime: Runtime) -> StoredReply | None:
    for route in runtime.routes if runtime.keeps_all else runtime.routes[:1]:
        stored = await loop_state.timeout.watch(runtime.store.get(key_of(digest, route.identity)))
        if stored is not None:
            return stored
    return None


def _joinable(loop_state: LoopState, digest: str) -> InFlightCall | None:
    in_flight = loop_state.in_flight.get(digest)
    return None if in_flight is None or in_flight.cancelled else in_flight


def _start(call: Call, digest: str, loop_state: LoopState, runtime: Runtime) -> InFlightCall:
    in_flight = loop_state.in_flight[digest] = InFlightCall()

    def on_done() -> None:
        if loop_state.in_flight.get(digest) is in_flight:
            del loop_state.in_flight[digest]

    in_flight.run(Attempts(call, digest, in_flight, loop_state, runtime).run(), on_done)
    return in_flight
