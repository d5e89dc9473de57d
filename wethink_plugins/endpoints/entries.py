"""What passes between a client and its books; plain values, so that they travel to a Ray actor as they are."""

from __future__ import annotations

from dataclasses import dataclass


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
class Stored:
    """A good reply, as the store keeps it."""

    text: str
    model: str
    endpoint: str
    finish_reason: str
    prompt_tokens: int
    completion_tokens: int
    usd: float | None
    constrained: bool


@dataclass(frozen=True, slots=True)
class Attempt:
    """One line of the ledger. `reserved_*` is what was set aside for it beforehand and is given back with it.

    `status` is ok, a fault kind, dropped (the connection ended before the answer did) or cancelled (by the caller).
    """

    time: float
    key: str
    endpoint: str
    model: str
    status: str
    http: int | None
    prompt_tokens: int
    completion_tokens: int
    usd: float | None
    latency_s: float
    reserved_tokens: int = 0
    reserved_usd: float = 0.0


@dataclass(frozen=True, slots=True)
class Keep:
    """Serve this reply from now on; None: no longer serve what is there."""

    key: str
    reply: Stored | None


@dataclass(frozen=True, slots=True)
class Want:
    """Leave to make one attempt. `until`: the latest time (time.time) at which it is still of use."""

    tokens: int
    usd: float
    until: float


@dataclass(frozen=True, slots=True)
class Grant:
    """`at`: when the attempt may start (time.time); `refused`: rate_limited or ceiling instead; `ask_again` then."""

    at: float = 0.0
    refused: str = ""
    ask_again: bool = False


@dataclass(frozen=True, slots=True)
class Spent:
    """Of the whole run so far, over its processes, without what is reserved."""

    tokens: int = 0
    usd: float = 0.0
