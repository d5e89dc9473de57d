"""What do a judge's failures do to learning? The demo's task in TRL, paid by a judge that fails, over several seeds.

    .venvs/grpo/bin/python recipes/cpu/faults.py --runs runs/demo runs/demo-seed1 runs/demo-seed2

Arms are finished one by one and not repeated, so the hours that they take can come in pieces; what is there so far is
drawn at each end. Writes `faults.json`, `faults.md` and `faults.html` into `--out`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from arms import Arm, Arms, figures_of, folder_of, train_all, unfinished
from chain import CHECKOUT
from curves import mean
from fault_arms import ARMS, HANDLINGS, NO_FAULTS, PATTERNS
from rich.console import Console
from stages import write_json

from wethink_plugins.report import Line, LineChart, Page

NAMES = {
    "ours": "left out, or the lowest tier for a refusal (ours)",
    "zeros": "paid as zero (what trainers do today)",
    "ones": "paid as one",
}
Results = Mapping[str, Mapping[int, Mapping[str, Any]]]
"""Arm -> seed -> figures."""


class Faults(Arms):
    """The demo's own data, budget and reward; a judge that fails."""

    folder = "faults"
    arms: ClassVar = {name: Arm(title, reward=name) for name, title in ARMS.items()}
    scripts = ("control_arms.py", "arm_training.py", "fault_arms.py")


def read_results(runs: Sequence[Path]) -> dict[str, dict[int, dict[str, Any]]]:
    """Of all arms that are finished in any of the runs."""
    found: dict[str, dict[int, dict[str, Any]]] = {}
    for arm in ARMS:
        for seed, run in enumerate(runs):
            folder = run / Faults.folder / folder_of(arm)
            if folder.exists():
                found.setdefault(arm, {})[seed] = figures_of(folder)
    return found


def final(figures: Mapping[str, Any], kind: str = "descriptive") -> float:
    """Greedy accuracy on held-out questions, graded by checker.py."""
    return figures["per_type"][kind]


def as_markdown(results: Results) -> str:
    """A row an arm: descriptive accuracy for each seed and the mean, and over all types."""
    lines = [
        "| faults | what becomes of them | seeds | descriptive, each seed | mean | all types, mean |",
        "|---|---|---|---|---|---|",
    ]
    for arm, seeds in results.items():
        pattern, _, handling = arm.rpartition(", ") if arm != NO_FAULTS else (arm, "", "")
        each = [final(figures) for _, figures in sorted(seeds.items())]
        whole = mean(figures["accuracy"] for figures in seeds.values())
        cells = [
            pattern,
            NAMES.get(handling, "-"),
            len(each),
            ", ".join(f"{value:.3f}" for value in each),
            f"{mean(each):.3f}",
            f"{whole:.3f}",
        ]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines) + "\n"


def curve(seeds: Mapping[int, Mapping[str, Any]]) -> list[tuple[float, float | None]]:
    """Descriptive accuracy of the sampled answers as the unfailing judge sees it, step by step; mean of the seeds."""
    steps: dict[int, list[float]] = {}
    for figures in seeds.values():
        for step in figures["curve"]:
            if step["by_type"]["descriptive"] is not None:
                steps.setdefault(step["step"], []).append(step["by_type"]["descriptive"])
    return [(float(step), mean(values)) for step, values in sorted(steps.items())]


def chart(pattern: str, results: Results) -> LineChart:
    lines = [Line(NO_FAULTS, curve(results[NO_FAULTS]), dashed=True)] if NO_FAULTS in results else []
    named = {handling: results.get(f"{pattern}, {handling}") for handling in HANDLINGS}
    lines += [Line(NAMES[handling], curve(seeds)) for handling, seeds in named.items() if seeds]
    return LineChart(pattern, lines, y_label="descriptive accuracy", y_range=(0.0, 1.0))


def write_page(results: Results, target: Path) -> None:
    page = Page(
        "What a judge's failures do to learning",
        "The demo's task, trained in TRL from the same warm start, paid by a judge that fails.",
    )
    page.section(
        "Step by step",
        "Descriptive accuracy of the sampled answers, as the judge sees them when it doesn't fail; the mean of the seeds.",
    )
    page.figure(*(chart(pattern, results) for pattern in PATTERNS))
    page.section("After training", "Greedy answers to held-out questions, graded by checker.py.")
    rows = [
        [
            arm,
            len(seeds),
            mean(final(figures) for figures in seeds.values()),
            mean(figures["accuracy"] for figures in seeds.values()),
        ]
        for arm, seeds in results.items()
    ]
    page.table(["arm", "seeds", "descriptive", "all types"], rows)
    page.write(target)


def main() -> int:
    """Train what is missing, then draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--runs",
        type=Path,
        nargs="+",
        default=[CHECKOUT / "runs" / "demo"],
        help="finished runs of demo.py, one a seed",
    )
    parser.add_argument(
        "--arms", nargs="+", choices=ARMS, metavar="ARM", default=list(ARMS), help="; ".join(ARMS).replace("%", "%%")
    )
    parser.add_argument("--out", type=Path, default=CHECKOUT / "runs" / "faults")
    chosen = parser.parse_args()
    console, runs = Console(), [run.resolve() for run in chosen.runs]
    if unfinished(runs, console):
        return 2
    code = 0
    for run in runs:
        code = code or train_all(Faults(run, None, chosen.arms), console)
    results = read_results(runs)
    chosen.out.mkdir(parents=True, exist_ok=True)
    write_json(chosen.out / "faults.json", results)
    (chosen.out / "faults.md").write_text(as_markdown(results), encoding="utf-8")
    write_page(results, chosen.out / "faults.html")
    console.print(as_markdown(results), markup=False, highlight=False, soft_wrap=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
