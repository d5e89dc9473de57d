"""The arms of the ablation: which reward, which question types, how large a group."""

from __future__ import annotations

from typing import ClassVar

from arms import Arm, Arms, Rows
from arms_report import Study
from curves import TYPES

HYBRID = "hybrid, all types, groups of 8"
"""The demo's own settings; in all three studies."""
REWARDS = ("rules only", "judge only")
ONE_TYPE = {f"{kind.replace('_', ' ')} alone": kind for kind in TYPES}
SIZES = (2, 4, 16)
GROUPS = tuple(f"groups of {size}" for size in SIZES)
ARMS = {
    HYBRID: Arm("the hybrid reward, all types, groups of 8"),
    "rules only": Arm("form and rules; descriptive answers are paid for their form alone", reward="rules only"),
    "judge only": Arm("form and judge; what a rule would check is paid for its form alone", reward="judge only"),
    **{name: Arm(f"trained on {name}", rows=Rows(kind, types=(kind,))) for name, kind in ONE_TYPE.items()},
    **{name: Arm(f"{name} answers", group=size) for name, size in zip(GROUPS, SIZES, strict=True)},
}
STUDIES = (
    Study(
        "Reward", "Paid by rules and judge, by rules alone, or by the judge alone.", (HYBRID, *REWARDS), by_type=True
    ),
    Study(
        "Question types",
        "The same number of steps and answers, spent on all types or on one.",
        (HYBRID, *ONE_TYPE),
        by_type=True,
    ),
    Study(
        "Group size",
        "256 answers a step: 128 prompts with 2, to 16 prompts with 16.",
        (*GROUPS[:2], HYBRID, *GROUPS[2:]),
    ),
)


class Ablation(Arms):
    """Probed on held-out questions of all types, with their judge calls counted."""

    folder = "ablation"
    arms: ClassVar = ARMS
    scripts = ("control_arms.py", "arm_training.py", "probe.py", "evaluate.py", "checker.py")
    probe_every = 4
    own_calls = True
