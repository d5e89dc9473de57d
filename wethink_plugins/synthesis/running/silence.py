"""Says it soon when a server gives no reply at all: a run goes on trying for long, and shows nothing of it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping

from wethink_plugins.synthesis.asking.model import Model

# All chosen: a server that restarts is no news, ten seconds without a word of one that fails are.
_AFTER_S, _ATTEMPTS, _EVERY_S = 10.0, 3, 1.0
_log = logging.getLogger(__name__)


class Silence:
    """A warning for each time that a model stops to answer, with what its servers say instead."""

    def __init__(self, models: Mapping[str, Model]) -> None:
        self._models = models
        self._since: dict[str, float] = {}
        self._said: set[str] = set()

    async def watch(self) -> None:
        """Until it is cancelled."""
        while True:
            await asyncio.sleep(_EVERY_S)
            for name, model in self._models.items():
                self._look(name, model)

    def _look(self, name: str, model: Model) -> None:
        totals = model.client.totals()
        if not totals.unanswered:
            self._since.pop(name, None)
            self._said.discard(name)
            return
        silent_s = time.monotonic() - self._since.setdefault(name, time.monotonic())
        if name not in self._said and silent_s >= _AFTER_S and totals.unanswered >= _ATTEMPTS:
            self._said.add(name)
            _log.warning(
                "no reply of %s: its last %d attempts failed, the last one: %s; it is tried on, Ctrl-C stops the run",
                name, totals.unanswered, totals.fault,
            )  # fmt: skip
