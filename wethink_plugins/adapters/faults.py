"""Counts what could not be scored over all reward workers of a Ray run, says so in few, clear lines, and knows when the
judge is dead.

verl drops a trajectory whose reward raises and trains on with the rest. A judge that is down would leave a run that
learns from rule rows alone, for days, with exit code 0. So the workers count together by training step, and once
`judge.tolerate.dead_batches` steps in a row had no verdict, every further trajectory is refused: a step in which all
fail is what stops verl ("no materializable trajectories").
"""

from __future__ import annotations

import logging
import sys
from typing import Any

from wethink_plugins.config import Tolerate
from wethink_plugins.rewards.groups import Budget

_ACTOR = "wethink_faults"
# Where the host tells no step, this many samples that needed the judge count as one (chosen).
_STEP = 64
_log = logging.getLogger(__name__)


class FaultCount:
    """Logs at the 1st, 2nd, 4th, 8th … fault, so that a dead judge gives a dozen lines and not a hundred thousand."""

    def __init__(self, tolerate: Tolerate | None = None) -> None:
        self.total = 0
        self._budget = Budget(tolerate or Tolerate())
        self._step: int | None = None
        self._needed = self._lost = 0
        self._cause = self._spent = ""

    def note(self, step: int | None, reason: str = "") -> str:
        """Counts one sample that needed the judge; `reason` says why it stayed unscored, empty for one that didn't.

        Returns why the run should stop; empty as long as it needn't. A step is weighed when the next one begins:
        failures come sooner than verdicts, so its first half says nothing.
        """
        self._begin(step)
        self._needed += 1
        if reason:
            self._lost += 1
            self._cause = reason
            self._say(step, reason)
        return self._spent

    def _begin(self, step: int | None) -> None:
        newer = self._needed >= _STEP if step is None else self._step is not None and step > self._step
        if newer:
            self._weigh()
        if step is not None:
            self._step = max(step, step if self._step is None else self._step)

    def _weigh(self) -> None:
        fault = self._budget.count(self._needed, self._lost, self._cause)
        if fault and self._budget.dead:
            self._spent = self._spent or fault
        if fault:
            _log.error("%s%s", fault, "; the run is stopped" if self._spent else "")
        self._needed = self._lost = 0

    def _say(self, step: object, reason: str) -> None:
        self.total += 1
        if self.total & (self.total - 1) == 0:
            _log.error("%d rollouts could not be scored so far (step %s): %s", self.total, step, reason)


class SharedFaults:
    """One count for all processes of a Ray run; a count of this process alone where there is no Ray.

    `spent` is why the run should stop, empty as long as it needn't.
    """

    def __init__(self, tolerate: Tolerate | None = None) -> None:
        self.spent = ""
        self._tolerate = tolerate or Tolerate()
        self._local = FaultCount(self._tolerate)
        self._actor: Any = None

    def note(self, step: int | None, reason: str = "") -> None:
        """As FaultCount. Never blocks and never raises: a count is not worth a training run."""
        try:
            actor = self._shared()
            if actor is not None:
                actor.note.remote(step, reason).future().add_done_callback(self._learn)
                return
        except Exception as error:  # noqa: BLE001  whatever Ray raises
            _log.warning("faults are counted in this process only: %s", error)
        self.spent = self._local.note(step, reason)

    def _learn(self, answer: Any) -> None:
        try:
            self.spent = answer.result() or self.spent
        except Exception as error:  # noqa: BLE001  the actor may have gone with its node
            _log.debug("no answer from the shared count: %s", error)

    def _shared(self) -> Any:
        ray = sys.modules.get("ray")
        if self._actor is None and ray is not None and ray.is_initialized():
            options = ray.remote(FaultCount).options(name=_ACTOR, get_if_exists=True, num_cpus=0)
            self._actor = options.remote(self._tolerate)
        return self._actor
