"""The attempts of one call, with retries and fail-over, until a reply, a refusal, or no endpoint or time is left."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from wethink_plugins.endpoints.backoff import backoff_s
from wethink_plugins.endpoints.behind_router import explained
from wethink_plugins.endpoints.call import Call, Reply, key_of
from wethink_plugins.endpoints.constraint import fields_of
from wethink_plugins.endpoints.faults import REFUSED, CallFailed, CallRefused
from wethink_plugins.endpoints.in_flight import InFlightCall
from wethink_plugins.endpoints.limits import Reservation, ReservationRequest
from wethink_plugins.endpoints.outcome import Outcome
from wethink_plugins.endpoints.records import AttemptRecord, StoredReply
from wethink_plugins.endpoints.route import Route
from wethink_plugins.endpoints.transport import post

if TYPE_CHECKING:
    from wethink_plugins.endpoints.runtime import LoopState, Runtime

# Chosen. Of one call at one endpoint; with the backoff between them some 10 seconds.
_MAX_ATTEMPTS = 6
_RESERVE_AGAIN_S = 0.25
# With less time than this, another attempt would only end in a deadline, and hide the fault that is known (chosen).
_MIN_TIME_S = 0.5
# How the store marks a refusal, in the place of a finish reason.
_REFUSED_BEFORE = "refused:"
_NO_FAULT = frozenset({"ok", "unsent", "cancelled"})
# Faults that count against the server's health; the others are valid answers of a server that works.
_SERVER_FAULTS = frozenset({"connect", "dropped", "server_error", "deadline", "bad_reply"})


class Attempts:
    """Of one call, for all who wait for it. `run` is cancelled when the last of them is gone."""

    def __init__(
        self, call: Call, digest: str, in_flight: InFlightCall, loop_state: LoopState, runtime: Runtime
    ) -> None:
        self._call, self._digest, self._in_flight = call, digest, in_flight
        self._loop_state, self._runtime = loop_state, runtime
        self._candidates = list(runtime.routes)
        self._attempt_count = dict.fromkeys(runtime.routes, 0)
        self._not_before = dict.fromkeys(runtime.routes, 0.0)
        self._ways = {route: route.constraint.first(call.schema) for route in runtime.routes}
        self._last_fault: Outcome | None = None
        self._held: Route | None = None

    async def run(self) -> Reply:
        try:
            while True:
                route = await self._next_route()
                if self._runtime.ended:
                    raise CallFailed("given_up", self._in_flight.note)
                if route is not self._held:
                    stored = await self._cached(route)
                    if stored is not None:
                        return reply_from(stored)
                    await self._acquire_slot(route)
                    continue  # it may have gone down meanwhile
                request = self._reservation_request(route)
                await self._wait_for_limits(request)
                outcome = await self._attempt(route, request)
                if outcome.kind == "ok":
                    return self._reply(route, outcome)
                self._handle_fault(route, outcome)
        finally:
            self._release_slot()

    async def _cached(self, route: Route) -> StoredReply | None:
        """For the endpoints after the first, which `Client` has looked up already."""
        if route is self._runtime.routes[0] or self._attempt_count[route] or not self._runtime.caches:
            return None
        return await self._loop_state.timeout.watch(self._runtime.store.get(key_of(self._digest, route.identity)))

    async def _acquire_slot(self, route: Route) -> None:
        """Held until the call ends or changes the endpoint, backoff included.

        So a call that has begun never queues again, and a server that refuses gets fewer new calls.
        """
        self._release_slot()
        await route.slots.acquire(first=self._in_flight.started is not None)
        self._held = route

    def _release_slot(self) -> None:
        if self._held is not None:
            held, self._held = self._held, None
            held.slots.release()

    def _handle_fault(self, route: Route, outcome: Outcome) -> None:
        """Sets when and whether this endpoint gets another attempt; raises what is final."""
        if outcome.kind == "bad_request":
            way = route.constraint.after(self._ways[route], self._call.schema, outcome.note)
            if way is not None:
                self._ways[route] = way
                return
        if outcome.kind in REFUSED and not outcome.permanent:
            self._keep_refusal(route, outcome)
            raise CallRefused(outcome.kind, f"{route.name}: {outcome.note}")
        self._last_fault, self._in_flight.note = outcome, f"{outcome.kind} {route.name}: {outcome.note}"
        self._attempt_count[route] += 1
        if self._runtime.ended:
            raise self._failure(None)
        if outcome.permanent or self._attempt_count[route] >= _MAX_ATTEMPTS:
            self._candidates.remove(route)
        else:
            self._not_before[route] = time.monotonic() + backoff_s(self._attempt_count[route], outcome.retry_after_s)

    async def _next_route(self) -> Route:
        """The first endpoint in order that is available now; waits for one where there is time."""
        while True:
            waits = [max(self._not_before[r] - time.monotonic(), r.breaker.wait_s(), 0.0) for r in self._candidates]
            for route, wait_s in zip(self._candidates, waits, strict=True):
                if wait_s == 0.0 and (self._in_flight.attempts == 0 or self._in_flight.time_left() > _MIN_TIME_S):
                    return route
            if self._held is None and self._candidates:
                return self._candidates[0]  # to wait for a server that is down is to wait for its slots
            if not waits or self._too_late(min(waits)):
                raise self._failure(min(waits, default=None))
            await asyncio.sleep(min(waits))

    def _too_late(self, wait_s: float) -> bool:
        """A call without an attempt so far waits until the server has been down for as long as the deadline."""
        if self._in_flight.started is not None:
            return wait_s + _MIN_TIME_S > self._in_flight.time_left()
        down_s = min(route.breaker.down_s() for route in self._candidates)
        return down_s >= self._in_flight.deadline_s() or wait_s > self._in_flight.time_left()

    def _failure(self, wait_s: float | None) -> CallFailed | CallRefused:
        why = "" if wait_s is None else f"; the next attempt, {wait_s:.1f} s from now, would be too late"
        if self._last_fault is None:
            notes = "; ".join(f"{route.name}: {route.breaker.note}" for route in self._candidates)
            return CallFailed("breaker_open", f"{notes}{why}")
        kind = "connect" if self._last_fault.kind == "dropped" else self._last_fault.kind
        note = f"{self._in_flight.note.partition(' ')[2]} (attempts: {self._in_flight.attempts}{why})"
        return CallRefused(kind, note) if kind in REFUSED else CallFailed(kind, note)

    def _reservation_request(self, route: Route) -> ReservationRequest:
        if not self._runtime.limits.any():
            return ReservationRequest(0, 0.0, 0.0)
        tokens = self._call.tokens_at_most()
        prompt = tokens - self._call.max_tokens
        usd = route.usd(prompt, self._call.max_tokens) or 0.0
        return ReservationRequest(tokens, usd, time.time() + self._in_flight.time_left())

    async def _wait_for_limits(self, request: ReservationRequest) -> None:
        """Waits until the run's rate allows the attempt. CallFailed at the ceiling, or with no room in time."""
        while self._runtime.limits.any():
            reservation = await self._reserve(request)
            if reservation.refused and reservation.retry and time.time() + _RESERVE_AGAIN_S < request.until:
                await asyncio.sleep(_RESERVE_AGAIN_S)
                continue
            if reservation.refused == "ceiling":
                raise CallFailed("ceiling", "judge.ceiling is reached; raise it to go on")
            if reservation.refused:
                raise CallFailed("rate_limited", "judge.rate leaves no room before the deadline")
            try:
                await asyncio.sleep(reservation.at - time.time())
            except asyncio.CancelledError:
                self._release(request)
                raise
            return

    async def _reserve(self, request: ReservationRequest) -> Reservation:
        future = self._runtime.store.reserve(request)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            future.add_done_callback(lambda done: self._release_unused(done, request))
            raise

    def _release_unused(self, done: asyncio.Future[Reservation], request: ReservationRequest) -> None:
        if not done.cancelled() and not done.result().refused:
            self._release(request)

    def _release(self, request: ReservationRequest) -> None:
        """Gives back the reservation of an attempt that was not made."""
        self._record(self._runtime.routes[0], Outcome("unsent", status=0), request, 0.0)

    async def _attempt(self, route: Route, request: ReservationRequest) -> Outcome:
        in_flight, start = self._in_flight, time.monotonic()
        body = self._body(route, request)
        in_flight.mark_started()
        in_flight.attempts += 1
        route.breaker.started()
        limit_s = max(in_flight.time_left() / 2, 0.05) if len(self._candidates) > 1 else None
        in_flight.sent = True
        try:
            outcome = await post(
                self._loop_state.session, route.url, route.headers(), body, route.proxy, limit_s, route.secret,
                self._call.max_tokens,
            )  # fmt: skip
            outcome = await explained(self._loop_state.session, route, self._call, outcome)
        except asyncio.CancelledError:
            self._interrupted(route, request, start)
            raise
        finally:
            in_flight.sent = False
        if outcome.note:
            outcome = _with_note(outcome, route.hide(outcome.note))
        if outcome.kind in _SERVER_FAULTS:
            route.breaker.failed(f"{outcome.kind} {outcome.note}")
        else:
            route.breaker.answered()
        self._record(route, outcome, request, time.monotonic() - start)
        return outcome

    def _body(self, route: Route, request: ReservationRequest) -> bytes:
        try:
            return route.body(self._call, fields_of(self._ways[route], self._call.schema))
        except (TypeError, ValueError) as error:
            self._release(request)
            raise CallRefused("bad_request", f"the call is no JSON: {error}") from None

    def _interrupted(self, route: Route, request: ReservationRequest, start: float) -> None:
        """By the deadline, which counts against the server, or by the caller."""
        late = self._in_flight.expired
        if late:
            route.breaker.failed("no answer before the deadline")
        else:
            route.breaker.cancelled()
        ended = Outcome("deadline", "no answer before the deadline", 0) if late else Outcome("cancelled", status=0)
        self._record(route, ended, request, time.monotonic() - start)

    def _record(self, route: Route, outcome: Outcome, request: ReservationRequest, latency_s: float) -> None:
        prompt, completion = route.tokens(self._call, outcome)
        usd = route.usd(prompt, completion)
        if outcome.kind != "unsent":
            self._runtime.counter.attempt(route.name, outcome.kind == "ok", prompt, completion, usd or 0.0)
        note = "" if outcome.kind in _NO_FAULT else f"{outcome.kind} {route.name}: {outcome.note}"
        if note or outcome.kind == "ok":
            self._runtime.counter.fault(note)
        self._runtime.store.record(
            AttemptRecord(
                time.time(), key_of(self._digest, route.identity), route.name, route.model, outcome.kind,
                outcome.status or None, prompt, completion, usd, latency_s, request.tokens, request.usd,
                outcome.note if note else "",
            )
        )  # fmt: skip

    def _reply(self, route: Route, outcome: Outcome) -> Reply:
        prompt, completion = route.tokens(self._call, outcome)
        way = self._ways[route]
        route.constraint.passed(way, self._call.schema)
        stored = StoredReply(
            outcome.text, route.answered_by(outcome.model), route.name, outcome.finish_reason, prompt, completion,
            route.usd(prompt, completion), way != "free",
        )  # fmt: skip
        good = bool(outcome.text.strip()) and outcome.finish_reason != "length"
        if self._runtime.caches and (good or self._runtime.keeps_all):
            self._runtime.store.write(key_of(self._digest, route.identity), stored)
        return reply_from(stored, self._in_flight)

    def _keep_refusal(self, route: Route, outcome: Outcome) -> None:
        if self._runtime.caches and self._runtime.keeps_all:
            reason = f"{_REFUSED_BEFORE}{outcome.kind}"
            stored = StoredReply(f"{route.name}: {outcome.note}", route.model, route.name, reason, 0, 0, None, False)
            self._runtime.store.write(key_of(self._digest, route.identity), stored)


def reply_from(stored: StoredReply, in_flight: InFlightCall | None = None) -> Reply:
    """`in_flight` None: the reply comes from the store. CallRefused for a refusal that was kept there."""
    if stored.finish_reason.startswith(_REFUSED_BEFORE):
        raise CallRefused(stored.finish_reason.removeprefix(_REFUSED_BEFORE), stored.text)
    latency_s = time.monotonic() - in_flight.started if in_flight is not None and in_flight.started is not None else 0.0
    return Reply(
        stored.text, stored.model, stored.endpoint, stored.finish_reason, stored.prompt_tokens,
        stored.completion_tokens, stored.usd, in_flight is None, in_flight.attempts if in_flight else 0, latency_s,
        stored.constrained,
    )  # fmt: skip


def _with_note(outcome: Outcome, note: str) -> Outcome:
    return replace(outcome, note=note)
