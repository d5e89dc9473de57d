"""Which part of the recipe does what? Reward, question types and group size on the demo's task in TRL, several seeds.

    .venvs/grpo/bin/python recipes/cpu/ablation.py --runs runs/demo runs/demo-seed1 runs/demo-seed2

Arms are finished one by one and not repeated, so the hours that they take can come in pieces; what is there so far is
drawn at each end. Writes `ablation.json`, `ablation.md` and `ablation.html` into `--out`.
"""

from __future__ import annotations

import sys

from ablation_arms import STUDIES, Ablation
from arms_report import study


def main() -> int:
    return study(
        Ablation,
        STUDIES,
        "Ablations on a made-up task",
        "A model of 1.2 million parameters on the demo's task, trained in TRL from the same warm start for the same "
        "steps and answers a step. Mean of the seeds; held-out questions of all types, greedy, graded by checker.py.",
        __doc__,
    )


if __name__ == "__main__":
    sys.exit(main())
