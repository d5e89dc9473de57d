"""What would other rewards have done? The same warm start, data and budget in TRL, with a part of the reward taken away.

    make demo-controls                          # after make demo
    .venvs/grpo/bin/python recipes/cpu/controls.py --run runs/demo

Arms are finished one by one and not repeated. Writes `controls.json`, `controls.md` and `controls.html` into the run's folder.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar

from arm_training import Budget
from arms import LEVELS, SMOOTHING, Arm, Arms, figures_of, folder_of, train_all, unfinished, warm_start
from chain import CHECKOUT
from control_arms import ARMS
from curves import TYPES
from rich.console import Console
from rich.table import Table
from stages import write_json
from summary import shown

from wethink_plugins.report import Line, LineChart, Page

README_LEVEL = 0.8


class Controls(Arms):
    """The demo's own data and budget, other rewards."""

    folder = "controls"
    arms: ClassVar = {name: Arm(title, reward=name) for name, title in ARMS.items()}


def table_rows(start: Mapping[str, Any], arms: Mapping[str, Any]) -> list[list[object]]:
    named = {"warm start": start, **arms}
    return [
        [name, arm["accuracy"], *(arm["per_type"].get(kind) for kind in TYPES), arm["format_rate"]]
        for name, arm in named.items()
    ]


def header() -> list[str]:
    return ["reward", "accuracy", *(kind.replace("_", " ") for kind in TYPES), "well-formed rollouts"]


def write_page(run: Path, start: Mapping[str, Any], arms: Mapping[str, Any], budget: Budget) -> None:
    page = Page(
        "Which part of the reward pays for what",
        "Controls to the demo: the same warm start, questions and budget, in TRL's GRPOTrainer.",
    )
    page.section(
        "After training",
        f"Greedy answers to held-out questions, graded by checker.py. Every arm: {budget.steps} steps of {budget.prompts} prompts with {budget.group} rollouts each.",
    )
    page.table(
        header(),
        table_rows(start, arms),
        "Well-formed rollouts: sampled, over the last five steps (warm start: at the first).",
    )
    page.table(["arm", "paid for"], [[name, ARMS[name]] for name in arms])
    page.section(
        "Step by step", "Accuracy in the full reward of the sampled rollouts, whatever the arm was paid for them."
    )
    page.figure(*(chart(kind, arms) for kind in TYPES))
    page.section(
        "Steps needed",
        f"Steps until the accuracy of a type, averaged over {SMOOTHING} steps, reached a level; a dash: not reached.",
    )
    columns = [(kind, level) for kind in TYPES for level in LEVELS]
    rows = [[name, *(arm["steps_to"][kind][str(level)] for kind, level in columns)] for name, arm in arms.items()]
    page.table(["reward", *(f"{kind.replace('_', ' ')} {level:g}" for kind, level in columns)], rows)
    families = sorted({family for arm in arms.values() for family in arm["per_family"]})
    page.section("By family").table(
        ["family", *arms], [[family, *(arm["per_family"].get(family) for arm in arms.values())] for family in families]
    )
    page.write(run / "controls.html")


def chart(kind: str, arms: Mapping[str, Any]) -> LineChart:
    lines = [
        Line(name, [(step["step"], step["by_type"][kind]) for step in arm["curve"]], dashed=name != "hybrid")
        for name, arm in arms.items()
    ]
    return LineChart(kind.replace("_", " "), lines, y_label="accuracy in the full reward", y_range=(0.0, 1.0))


def print_table(start: Mapping[str, Any], arms: Mapping[str, Any], console: Console) -> None:
    table = Table(title="Accuracy on held-out scenes, graded by checker.py", title_justify="left")
    for place, name in enumerate(header()):
        table.add_column(name, justify="right" if place else "left")
    for name, *figures in table_rows(start, arms):
        table.add_row(str(name), *(shown(value) for value in figures))
    console.print(table)


def as_markdown(start: Mapping[str, Any], arms: Mapping[str, Any]) -> str:
    """The table of this folder's README; with the steps that each type needed to an accuracy of `README_LEVEL`."""
    names = [*header(), *(f"steps to {README_LEVEL:g}, {kind.replace('_', ' ')}" for kind in TYPES)]
    lines = ["| " + " | ".join(names) + " |", "|---" * len(names) + "|"]
    for row in table_rows(start, arms):
        steps = arms.get(str(row[0]), {}).get("steps_to", {})
        needed = [
            "-" if (count := steps.get(kind, {}).get(str(README_LEVEL))) is None else str(count) for kind in TYPES
        ]
        lines.append("| " + " | ".join([str(row[0]), *(shown(value) for value in row[1:]), *needed]) + " |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Train what is missing, then draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, default=CHECKOUT / "runs" / "demo", help="a finished run of demo.py")
    parser.add_argument("--steps", type=int, help="default: as in grpo.yaml")
    parser.add_argument("--arms", nargs="+", choices=ARMS, default=list(ARMS))
    chosen = parser.parse_args()
    console, run = Console(), chosen.run.resolve()
    if unfinished([run], console):
        return 2
    controls = Controls(run, chosen.steps, chosen.arms)
    if code := train_all(controls, console):
        return code
    arms = {arm: figures_of(controls.out / folder_of(arm)) for arm in chosen.arms}
    start, budget = warm_start(run), Budget.read(chosen.steps)
    write_json(
        run / "controls.json", {"warm_start": start, "arms": arms, "budget": asdict(budget), "seed": controls.seed}
    )
    write_page(run, start, arms, budget)
    (run / "controls.md").write_text(as_markdown(start, arms), encoding="utf-8")
    print_table(start, arms, console)
    console.print(f"report: {run / 'controls.html'}", highlight=False, soft_wrap=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
