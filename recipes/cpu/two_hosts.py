"""Does the task learn the same in TRL as in verl? Same warm start, rows, reward and budget; both curves on one page.

    .venvs/grpo/bin/python recipes/cpu/two_hosts.py --runs runs/demo runs/demo-seed1 --out runs/two-hosts

verl's curve is the run's own; TRL's is that of an arm which was paid the whole reward, from controls.py (`hybrid`) or faults.py
(`no faults`), whichever is there. Writes `two_hosts.md` and `two_hosts.html`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from arms import figures_of
from curves import mean, training_steps

from wethink_plugins.report import Line, LineChart, Page

ARMS = ("controls/hybrid", "faults/no-faults")
Curve = list[tuple[float, float | None]]


def arm_of(run: Path) -> Path:
    found = next((run / name for name in ARMS if (run / name / "journal").exists()), None)
    if found is None:
        raise SystemExit(f"{run} holds no TRL arm with the whole reward: run controls.py or faults.py first")
    return found


def curve(journals: Iterable[Path]) -> Curve:
    """Accuracy of the sampled answers as the reward sees them, step by step; mean of the seeds."""
    steps: dict[int, list[float]] = {}
    for journal in journals:
        figures = training_steps(journal)
        first = figures[0].step  # verl counts from 1, TRL from 0
        for one in figures:
            if one.accuracy is not None:
                steps.setdefault(one.step - first + 1, []).append(one.accuracy)
    return [(float(step), mean(values)) for step, values in sorted(steps.items())]


def table(runs: Sequence[Path]) -> list[list[object]]:
    """Greedy accuracy on held-out questions by checker.py: warm start, after verl, after TRL."""
    rows: list[list[object]] = []
    for run in runs:
        summary = json.loads((run / "summary.json").read_text(encoding="utf-8"))
        trl = figures_of(arm_of(run))["accuracy"]
        rows.append(
            [summary["seed"], *(f"{value:.3f}" for value in (summary["sft_accuracy"], summary["grpo_accuracy"], trl))]
        )
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=Path, nargs="+", required=True, help="finished runs of demo.py, one a seed")
    parser.add_argument("--out", type=Path, required=True)
    chosen = parser.parse_args()
    rows, names = table(chosen.runs), ["seed", "warm start", "after GRPO in verl", "after GRPO in TRL"]
    lines = [
        Line("verl 0.9.1", curve(run / "journal" for run in chosen.runs)),
        Line("TRL 1.16", curve(arm_of(run) / "journal" for run in chosen.runs)),
    ]
    page = Page("The same reward in two trainers", "Same warm start, rows, reward and budget; mean of the seeds.")
    page.section("Step by step", "Accuracy of the sampled answers, as the reward sees them.")
    page.figure(LineChart("accuracy", lines, y_label="accuracy", y_range=(0.0, 1.0)))
    page.section("After training", "Greedy answers to held-out questions, graded by checker.py.")
    page.table(names, rows)
    chosen.out.mkdir(parents=True, exist_ok=True)
    page.write(chosen.out / "two_hosts.html")
    text = [
        f"| {' | '.join(names)} |",
        "|---" * len(names) + "|",
        *(f"| {' | '.join(map(str, row))} |" for row in rows),
    ]
    (chosen.out / "two_hosts.md").write_text("\n".join(text) + "\n", encoding="utf-8")
    print("\n".join(text))
    return 0


if __name__ == "__main__":
    sys.exit(main())
