"""Counts what could not be scored over all reward workers of a Ray run, and says so in few, clear lines."""

from __future__ import annotations

import logging
import sys
from typing import Any

_ACTOR = "wethink_faults"
_log = logging.getLogger(__name__)


class FaultCount:
    """Logs at the 1st, 2nd, 4th, 8th … fault, so that a dead judge gives a dozen lines and not a hundred thousand."""

    def __init__(self) -> None:
        self.total = 0

    def note(self, step: object, reason: str) -> int:
        """Counts one rollout and returns how many there are by now."""
        self.total += 1
        if self.total & (self.total - 1) == 0:
            _log.error("%d rollouts could not be scored so far (step %s): %s", self.total, step, reason)
        return self.total


class SharedFaults:
    """One count for all processes of a Ray run; a count of this process alone where there is no Ray."""

    def __init__(self) -> None:
        self._local = FaultCount()
        self._actor: Any = None

    def note(self, step: object, reason: str) -> None:
        """Never blocks and never raises: a count is not worth a training run."""
        try:
            actor = self._shared()
            if actor is not None:
                actor.note.remote(str(step), reason)
                return
        except Exception as error:  # noqa: BLE001  whatever Ray raises
            _log.warning("faults are counted in this process only: %s", error)
        self._local.note(step, reason)

    def _shared(self) -> Any:
        ray = sys.modules.get("ray")
        if self._actor is None and ray is not None and ray.is_initialized():
            self._actor = ray.remote(FaultCount).options(name=_ACTOR, get_if_exists=True, num_cpus=0).remote()
        return self._actor
