"""Counts of calls, attempts, tokens and cost in this process."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class EndpointTotals:
    attempts: int = 0
    answered: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    usd: float = 0.0


@dataclass(frozen=True, slots=True)
class Totals:
    """`calls` were asked; `cached` came from the store, `joined` shared another's attempt, `failed` and `refused` raised.

    `attempts` were sent, retries included. `endpoints`: the same by name of the endpoint. Tokens are those of every answered attempt, refused ones included. `usd` leaves out endpoints without prices.
    `unanswered`: attempts that failed since the last reply; `fault`: what the last one of them ended with.
    """

    calls: int = 0
    cached: int = 0
    joined: int = 0
    failed: int = 0
    refused: int = 0
    attempts: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    usd: float = 0.0
    endpoints: dict[str, EndpointTotals] = field(default_factory=dict)
    unanswered: int = 0
    fault: str = ""


class Counter:
    """Adds up from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls = dict.fromkeys(("calls", "cached", "joined", "failed", "refused"), 0)
        self._endpoints: dict[str, list[float]] = {}
        self._unanswered, self._fault = 0, ""

    def call(self, what: str) -> None:
        with self._lock:
            self._calls[what] += 1

    def attempt(self, endpoint: str, answered: bool, prompt: int, completion: int, usd: float) -> None:
        with self._lock:
            sums = self._endpoints.setdefault(endpoint, [0, 0, 0, 0, 0.0])
            for i, value in enumerate((1, answered, prompt, completion, usd)):
                sums[i] += value

    def fault(self, note: str) -> None:
        """Of the attempt that was counted last; empty for a reply."""
        with self._lock:
            self._unanswered, self._fault = (self._unanswered + 1, note) if note else (0, "")

    def totals(self) -> Totals:
        with self._lock:
            each = {
                name: EndpointTotals(int(attempts), int(answered), int(prompt), int(completion), usd)
                for name, (attempts, answered, prompt, completion, usd) in self._endpoints.items()
            }
            return Totals(
                **self._calls,
                attempts=sum(one.attempts for one in each.values()),
                prompt_tokens=sum(one.prompt_tokens for one in each.values()),
                completion_tokens=sum(one.completion_tokens for one in each.values()),
                usd=sum(one.usd for one in each.values()),
                endpoints=each,
                unanswered=self._unanswered,
                fault=self._fault,
            )
