"""The arms of the ablation: which reward, which question types, how large a group."""

from __future__ import annotations

from arms import Arm, Arms, Rows
from curves import TYPES

HYBRID = "hybrid, all types, groups of 8"
"""The demo's own settings; in all three studies."""
REWARDS = {name: name for name in ("rules only", "judge only")}
ONE_TYPE = {f"{kind.replace('_', ' ')} alone": kind for kind in TYPES}
GROUPS = {f"groups of {size}": size for size in (2, 4, 16)}
ARMS = {
    HYBRID: Arm("the hybrid reward, all types, groups of 8"),
    "rules only": Arm("form and rules; descriptive answers are paid for their form alone", reward="rules only"),
    "judge only": Arm("form and judge; what a rule would check is paid for its form alone", reward="judge only"),
    **{name: Arm(f"trained on {name}", rows=Rows(kind, types=(kind,))) for name, kind in ONE_TYPE.items()},
    **{name: Arm(f"{name} answers", group=size) for name, size in GROUPS.items()},
}
STUDIES = {
    "Reward": (HYBRID, *REWARDS),
    "Question types": (HYBRID, *ONE_TYPE),
    "Group size": (*list(GROUPS)[:2], HYBRID, *list(GROUPS)[2:]),
}


class Ablation(Arms):
    """Probed on held-out questions of all types, with their judge calls counted."""

    folder = "ablation"
    arms = ARMS
    scripts = ("control_arms.py", "probe.py", "evaluate.py", "checker.py")
    probe_every = 4
    own_calls = True
