"""The rates and ceilings of a run, and reservations against them; plain values, that can be sent to a Ray actor.

Each rate is a running due time: an attempt moves it on by its share, and unused time is not saved up. So in no minute
do the processes of a run together start more attempts than the limit and one.
"""

from __future__ import annotations

from dataclasses import dataclass

# A due time further ahead than anybody waits comes from a clock that was set back.
_FURTHEST_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Of the whole run; None: no limit."""

    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    usd: float | None = None
    tokens: float | None = None

    def any(self) -> bool:
        return any((self.requests_per_minute, self.tokens_per_minute, self.usd, self.tokens))


@dataclass(frozen=True, slots=True)
class ReservationRequest:
    """For one attempt: the most it may use. `until`: the latest time (time.time) at which it is still of use."""

    tokens: int
    usd: float
    until: float


@dataclass(frozen=True, slots=True)
class Reservation:
    """`at`: when the attempt may start (time.time). `refused`: rate_limited or ceiling, empty when granted.

    `retry`: the ceiling is reached only with what other attempts have reserved, and they may use less.
    """

    at: float = 0.0
    refused: str = ""
    retry: bool = False


@dataclass(frozen=True, slots=True)
class Usage:
    """Of the whole run so far, over its processes, without what is reserved."""

    tokens: int = 0
    usd: float = 0.0


@dataclass(slots=True)
class RunState:
    """What a run has used and reserved, and when its next request and its next token are due (time.time)."""

    tokens: int
    usd: float
    reserved_tokens: int
    reserved_usd: float
    next_request: float
    next_token: float

    def reserve(self, request: ReservationRequest, limits: Limits, now: float) -> Reservation:
        used = _over(self.tokens, limits.tokens, request.tokens) or _over(self.usd, limits.usd, request.usd)
        if used:
            return Reservation(refused="ceiling")
        if _over(self.tokens + self.reserved_tokens, limits.tokens, request.tokens) or _over(
            self.usd + self.reserved_usd, limits.usd, request.usd
        ):
            return Reservation(refused="ceiling", retry=True)
        due = self._due(limits, now)
        if due > request.until:
            return Reservation(refused="rate_limited")
        self._grant(due, request, limits)
        return Reservation(at=due)

    def _due(self, limits: Limits, now: float) -> float:
        due = [now]
        due += [self.next_request] if limits.requests_per_minute and self.next_request < now + _FURTHEST_S else []
        due += [self.next_token] if limits.tokens_per_minute and self.next_token < now + _FURTHEST_S else []
        return max(due)

    def _grant(self, due: float, request: ReservationRequest, limits: Limits) -> None:
        self.reserved_tokens += request.tokens
        self.reserved_usd += request.usd
        if limits.requests_per_minute:
            self.next_request = due + 60 / limits.requests_per_minute
        if limits.tokens_per_minute:
            self.next_token = due + request.tokens * 60 / limits.tokens_per_minute


def _over(used: float, ceiling: float | None, more: float) -> bool:
    return ceiling is not None and used + more > ceiling
