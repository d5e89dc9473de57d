"""What a client writes to the call store and reads from it; plain values, so that they can be sent to a Ray actor."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoredReply:
    """A good reply, as the store holds it."""

    text: str
    model: str
    endpoint: str
    finish_reason: str
    prompt_tokens: int
    completion_tokens: int
    usd: float | None
    constrained: bool


@dataclass(frozen=True, slots=True)
class AttemptRecord:
    """One line of the ledger. `reserved_*` is what was reserved for the attempt and is released with this record.

    `status` is ok, a fault kind, dropped (the connection ended before the answer did) or cancelled (by the caller).
    `note`: what a failed one ended with, in the server's words.
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
    note: str = ""


@dataclass(frozen=True, slots=True)
class CacheWrite:
    """Replaces what is cached under `key`; `reply` None deletes it."""

    key: str
    reply: StoredReply | None
