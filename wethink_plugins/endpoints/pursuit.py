"""One call, attempt by attempt, until it is answered, refused, or out of endpoints, tries or time."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from wethink_plugins.endpoints.call import Call, Reply, key_of
from wethink_plugins.endpoints.constraint import fields_of
from wethink_plugins.endpoints.entries import Attempt, Grant, Stored, Want
from wethink_plugins.endpoints.faults import REFUSED, CallFailed, CallRefused
from wethink_plugins.endpoints.flight import Flight
from wethink_plugins.endpoints.pause import pause_s
from wethink_plugins.endpoints.reading import Reading
from wethink_plugins.endpoints.route import Route
from wethink_plugins.endpoints.transport import post

if TYPE_CHECKING:
    from wethink_plugins.endpoints.workplace import Here, Workplace

# Chosen. Tries of one call at one endpoint; with the pauses between them some 10 seconds.
_TRIES = 6
_ASK_AGAIN_S = 0.25
# With less time than this, another try would only put a deadline in the place of the fault that is known (chosen).
_LEAST_S = 0.5
# Faults that say the server is not well; the others are answers, if unwelcome ones.
_UNWELL = frozenset({"connect", "dropped", "server_error", "deadline", "bad_reply"})


class Pursuit:
    def __init__(self, call: Call, digest: str, flight: Flight, here: Here, place: Workplace) -> None:
        self._call, self._digest, self._flight, self._here, self._place = call, digest, flight, here, place
        self._left = list(place.routes)
        self._tries = dict.fromkeys(place.routes, 0)
        self._not_before = dict.fromkeys(place.routes, 0.0)
        self._ways = {route: route.constraint.first(call.schema) for route in place.routes}
        self._last: Reading | None = None
        self._held: Route | None = None

    async def run(self) -> Reply:
        try:
            while True:
                route = await self._next_route()
                if route is not self._held:
                    stored = await self._found(route)
                    if stored is not None:
                        return reply_from(stored)
                    await self._take_slot(route)
                    continue  # it may have gone down meanwhile
                want = self._want(route)
                await self._permission(want)
                reading = await self._attempt(route, want)
                if reading.kind == "ok":
                    return self._reply(route, reading)
                self._consider(route, reading)
        finally:
            self._leave_slot()

    async def _found(self, route: Route) -> Stored | None:
        """For the endpoints after the first, which was looked up before there was a pursuit."""
        if route is self._place.routes[0] or self._tries[route] or not self._place.keeps:
            return None
        return await self._here.patience.watch(self._place.desk.find(key_of(self._digest, route.identity)))

    async def _take_slot(self, route: Route) -> None:
        """Keeps it until the call ends or goes elsewhere, pauses included: nothing that has begun waits in a queue again,
        and a server that says no gets fewer new calls."""
        self._leave_slot()
        await route.slots.acquire(first=self._flight.started is not None)
        self._held = route

    def _leave_slot(self) -> None:
        if self._held is not None:
            held, self._held = self._held, None
            held.slots.release()

    def _consider(self, route: Route, reading: Reading) -> None:
        """Sets when and whether this endpoint is asked again; raises what is final."""
        if reading.kind == "bad_request":
            way = route.constraint.after(self._ways[route], self._call.schema, reading.note)
            if way is not None:
                self._ways[route] = way
                return
        if reading.kind in REFUSED and not reading.lasting:
            raise CallRefused(reading.kind, f"{route.name}: {reading.note}")
        self._last, self._flight.note = reading, f"{reading.kind} {route.name}: {reading.note}"
        self._tries[route] += 1
        if reading.lasting or self._tries[route] >= _TRIES:
            self._left.remove(route)
        else:
            self._not_before[route] = time.monotonic() + pause_s(self._tries[route], reading.retry_after_s)

    async def _next_route(self) -> Route:
        """The first endpoint in order that may be asked now; waits for one where there is time."""
        while True:
            waits = [max(self._not_before[r] - time.monotonic(), r.breaker.wait_s(), 0.0) for r in self._left]
            for route, wait_s in zip(self._left, waits, strict=True):
                if wait_s == 0.0 and (self._flight.attempts == 0 or self._flight.time_left() > _LEAST_S):
                    return route
            if self._held is None and self._left:
                return self._left[0]  # whoever waits for a server that is down waits in its queue
            if not waits or self._too_late(min(waits)):
                raise self._failure(min(waits, default=None))
            await asyncio.sleep(min(waits))

    def _too_late(self, wait_s: float) -> bool:
        """A call that has not begun outlasts a server that is down for less than its deadline."""
        if self._flight.started is not None:
            return wait_s + _LEAST_S > self._flight.time_left()
        down_s = min(route.breaker.down_s() for route in self._left)
        return down_s >= self._flight.deadline_s() or wait_s > self._flight.time_left()

    def _failure(self, wait_s: float | None) -> CallFailed | CallRefused:
        why = "" if wait_s is None else f"; the next try, {wait_s:.1f} s from now, would be too late"
        if self._last is None:
            notes = "; ".join(f"{route.name}: {route.breaker.note}" for route in self._left)
            return CallFailed("breaker_open", f"{notes}{why}")
        kind = "connect" if self._last.kind == "dropped" else self._last.kind
        note = f"{self._flight.note.partition(' ')[2]} (attempts: {self._flight.attempts}{why})"
        return CallRefused(kind, note) if kind in REFUSED else CallFailed(kind, note)

    def _want(self, route: Route) -> Want:
        if not self._place.limits.any():
            return Want(0, 0.0, 0.0)
        tokens = self._call.tokens_at_most()
        prompt = tokens - self._call.max_tokens
        usd = route.usd(prompt, self._call.max_tokens) or 0.0
        return Want(tokens, usd, time.time() + self._flight.time_left())

    async def _permission(self, want: Want) -> None:
        """Waits for the run's own rate; raises when its ceiling is reached or no slot is left in time."""
        while self._place.limits.any():
            grant = await self._booked(want)
            if grant.refused and grant.ask_again and time.time() + _ASK_AGAIN_S < want.until:
                await asyncio.sleep(_ASK_AGAIN_S)
                continue
            if grant.refused == "ceiling":
                raise CallFailed("ceiling", "judge.ceiling is reached; raise it to go on")
            if grant.refused:
                raise CallFailed("rate_limited", "judge.rate leaves no room before the deadline")
            try:
                await asyncio.sleep(grant.at - time.time())
            except asyncio.CancelledError:
                self._give_back(want)
                raise
            return

    async def _booked(self, want: Want) -> Grant:
        future = self._place.desk.book(want)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            future.add_done_callback(lambda done: done.cancelled() or done.result().refused or self._give_back(want))
            raise

    def _give_back(self, want: Want) -> None:
        """What was set aside for an attempt that was not made."""
        self._record(self._place.routes[0], Reading("unsent", status=0), want, 0.0)

    async def _attempt(self, route: Route, want: Want) -> Reading:
        flight, start = self._flight, time.monotonic()
        body = self._body(route, want)
        flight.start()
        flight.attempts += 1
        route.breaker.enter()
        limit_s = max(flight.time_left() / 2, 0.05) if len(self._left) > 1 else None
        try:
            reading = await post(self._here.session, route.url, route.headers(), body, route.proxy, limit_s)
        except asyncio.CancelledError:
            self._cut_off(route, want, start)
            raise
        if reading.note:
            reading = _with_note(reading, route.hide(reading.note))
        if reading.kind in _UNWELL:
            route.breaker.failed(f"{reading.kind} {reading.note}")
        else:
            route.breaker.answered()
        self._record(route, reading, want, time.monotonic() - start)
        return reading

    def _body(self, route: Route, want: Want) -> bytes:
        try:
            return route.body(self._call, fields_of(self._ways[route], self._call.schema))
        except (TypeError, ValueError) as error:
            self._give_back(want)
            raise CallRefused("bad_request", f"the call is no JSON: {error}") from None

    def _cut_off(self, route: Route, want: Want, start: float) -> None:
        """By the deadline, which is the server's fault, or by the caller."""
        late = self._flight.expired
        if late:
            route.breaker.failed("no answer before the deadline")
        else:
            route.breaker.left()
        self._record(route, Reading("deadline" if late else "cancelled", status=0), want, time.monotonic() - start)

    def _record(self, route: Route, reading: Reading, want: Want, took_s: float) -> None:
        prompt, completion = route.tokens(self._call, reading)
        usd = route.usd(prompt, completion)
        if reading.kind != "unsent":
            self._place.counter.attempt(route.name, reading.kind == "ok", prompt, completion, usd or 0.0)
        self._place.desk.record(
            Attempt(
                time.time(), key_of(self._digest, route.identity), route.name, route.model, reading.kind,
                reading.status or None, prompt, completion, usd, took_s, want.tokens, want.usd,
            )
        )  # fmt: skip

    def _reply(self, route: Route, reading: Reading) -> Reply:
        prompt, completion = route.tokens(self._call, reading)
        way = self._ways[route]
        route.constraint.passed(way, self._call.schema)
        stored = Stored(
            reading.text, reading.model or route.model, route.name, reading.finish_reason, prompt, completion,
            route.usd(prompt, completion), way != "free",
        )  # fmt: skip
        if self._place.keeps and reading.text.strip() and reading.finish_reason != "length":
            self._place.desk.keep(key_of(self._digest, route.identity), stored)
        return reply_from(stored, self._flight)


def reply_from(stored: Stored, flight: Flight | None = None) -> Reply:
    """Without a flight it is one from the store."""
    latency_s = time.monotonic() - flight.started if flight is not None and flight.started is not None else 0.0
    return Reply(
        stored.text, stored.model, stored.endpoint, stored.finish_reason, stored.prompt_tokens,
        stored.completion_tokens, stored.usd, flight is None, flight.attempts if flight else 0, latency_s,
        stored.constrained,
    )  # fmt: skip


def _with_note(reading: Reading, note: str) -> Reading:
    from dataclasses import replace

    return replace(reading, note=note)
