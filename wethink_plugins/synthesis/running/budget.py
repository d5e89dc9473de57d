"""The hard ceilings of a run: asked before each call, so that no more than the calls in flight go past them."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from wethink_plugins.endpoints import Client
from wethink_plugins.errors import ConfigError
from wethink_plugins.synthesis.config import SynthesisConfig
from wethink_plugins.synthesis.rejection import Unfinished


@dataclass(frozen=True)
class Spent:
    """Of all processes of a run; `attempts` are requests that went out, good or not."""

    usd: float = 0.0
    tokens: int = 0
    attempts: int = 0


def spent_before(store: Path, run: str) -> Spent:
    """What the call store has on the run's account: what a killed process spent, too."""
    if not store.exists():
        return Spent()
    connection = sqlite3.connect(store, timeout=10.0)
    try:
        query = "SELECT TOTAL(usd), TOTAL(prompt_tokens + completion_tokens), COUNT(*) FROM attempts WHERE run >= ? AND run < ?"
        usd, tokens, attempts = connection.execute(query, (f"{run}:", f"{run};")).fetchone()
    except sqlite3.OperationalError:  # made, and nothing in it yet
        return Spent()
    finally:
        connection.close()
    return Spent(usd, int(tokens), attempts)


class Budget:
    """`stop`, once set, ends the run: why, in words for a person. `on_stop` is called then, once."""

    on_stop: Callable[[], None] | None = None

    def __init__(self, config: SynthesisConfig, before: Spent) -> None:
        self._limits, self._before = config.limits, before
        self._clients: list[Client] = []
        self._until = time.monotonic() + config.limits.seconds if config.limits.seconds else None
        self._stop = ""
        unpriced = [
            endpoint.model
            for model in config.models.values()
            for endpoint in model.endpoints
            if endpoint.usd_per_million is None
        ]
        if config.limits.usd is not None and unpriced:
            raise ConfigError(
                f"needs the prices of every endpoint; {', '.join(unpriced)} has none",
                fix="add usd_per_million: {prompt: ..., completion: ...} to it, or use limits.tokens",
                field="limits.usd",
            )

    @property
    def stop(self) -> str:
        return self._stop

    @stop.setter
    def stop(self, why: str) -> None:
        first, self._stop = not self._stop, why
        if first and why and self.on_stop is not None:
            self.on_stop()

    def watch(self, clients: Iterable[Client]) -> None:
        self._clients = list(clients)

    def spent(self) -> Spent:
        now = [client.totals() for client in self._clients]
        return Spent(
            self._before.usd + sum(one.usd for one in now),
            self._before.tokens + sum(one.prompt_tokens + one.completion_tokens for one in now),
            self._before.attempts + sum(one.attempts for one in now),
        )

    def permit(self) -> None:
        """Unfinished where the run is to stop."""
        self.stop = self.stop or self._reached()
        if self.stop:
            raise Unfinished("stopped", self.stop)

    def _reached(self) -> str:
        spent = self.spent()
        if self._limits.usd is not None and spent.usd >= self._limits.usd:
            return f"limits.usd: ${spent.usd:,.2f} of ${self._limits.usd:,.2f} are spent"
        if self._limits.tokens is not None and spent.tokens >= self._limits.tokens:
            return f"limits.tokens: {spent.tokens:,} of {self._limits.tokens:,.0f} are used"
        if self._until is not None and time.monotonic() >= self._until:
            return f"limits.seconds: {self._limits.seconds:g} s are over"
        return ""
