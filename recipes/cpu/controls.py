"""What would other rewards have done? The same warm start, data and budget in TRL, with a part of the reward taken away.

    make demo-controls                          # after make demo
    .venvs/grpo/bin/python recipes/cpu/controls.py --run runs/demo

Arms are finished one by one and not repeated. Writes `controls.json`, `controls.md` and `controls.html` into the run's folder.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from chain import CHECKOUT, COMMON, CONFIG, HERE, PACKAGE
from control_arms import ARMS, Budget
from curves import TYPES, StepFigures, last_format_rate, mean, training_steps
from demo import sole_owner
from judge_server import served
from process import MARK, CommandFailed, end_strays, last_lines, run_logged
from progress import Board
from rich.console import Console
from rich.table import Table
from stages import Stage, read_stamp, run_stages, write_json
from summary import right_share, shown, table_by

from wethink_plugins.report import Line, LineChart, Page

ENVIRONMENTS = CHECKOUT / ".venvs"
LEVELS = (0.7, 0.8, 0.9)
README_LEVEL = 0.8
SMOOTHING = 3
"""Steps over which accuracy is averaged before it is said to have reached a level."""


def folder_of(arm: str) -> str:
    return arm.replace(",", "").replace("%", "").replace(" ", "-")


class Controls:
    """The stages of all arms, in a folder of their own beside the run that they start from."""

    folder = "controls"
    titles: Mapping[str, str] = ARMS
    scripts: tuple[str, ...] = ("control_arms.py",)

    def __init__(self, run: Path, steps: int | None, arms: list[str]) -> None:
        self.run, self.steps, self.arms = run, steps, arms
        self.out = run / self.folder
        self.board: Board | None = None
        stamp = json.loads((run / "summary.json").read_text(encoding="utf-8"))
        self.seed = stamp["seed"]

    def stages(self) -> list[Stage]:
        start = {
            "judge": read_stamp(self.run, "judge").get("inputs"),
            "sft": read_stamp(self.run, "sft").get("inputs"),
            "seed": self.seed,
            "steps": self.steps,
        }
        training = [
            *(HERE / name for name in self.scripts),
            HERE / "grpo.yaml",
            PACKAGE / "rewards",
            PACKAGE / "adapters",
            CONFIG,
        ]
        rows = Stage(
            "rows",
            "Export rows for TRL",
            self.export,
            ["train.parquet"],
            settings=start,
            sources=[PACKAGE / "datasets"],
        )
        arms = [
            Stage(
                folder_of(arm),
                f"Train: {self.titles[arm]}",
                lambda partial, arm=arm: self.train(arm, partial),
                [folder_of(arm)],
                ["rows"],
                start,
                training,
            )
            for arm in self.arms
        ]
        return [rows, *arms]

    def export(self, partial: Path) -> None:
        data, wethink = self.run / "data", Path(sys.executable).with_name("wethink")
        command = [
            wethink,
            "data",
            "export",
            "trl",
            data / "train.jsonl",
            "--images",
            data,
            "--out",
            partial / "train.parquet",
            "--config",
            CONFIG,
        ]
        self._run("rows", command, {})

    def train(self, arm: str, partial: Path) -> None:
        made, data = partial / folder_of(arm), self.run / "data"
        made.mkdir()
        steps = ["--steps", self.steps] if self.steps else []
        command = [
            sys.executable,
            HERE / "control_arms.py",
            "--arm",
            arm,
            "--model",
            self.run / "sft",
            "--rows",
            self.out / "train.parquet",
        ]
        journal = {"WETHINK_JOURNAL": str(made / "journal")}
        with self._judge() as judge:
            self._run(arm, [*command, "--out", made, "--seed", self.seed, *steps], {**journal, **judge})
        evaluate = [
            sys.executable,
            HERE / "evaluate.py",
            "--model",
            made / "model",
            "--rows",
            data / "test.jsonl",
            "--stage",
            "response",
        ]
        self._run(arm, [*evaluate, "--system-prompt", data / "system_prompt.txt", "--out", made / "answers.jsonl"], {})
        for leftover in ("trainer", "cache"):
            shutil.rmtree(made / leftover, ignore_errors=True)

    def _judge(self) -> AbstractContextManager[dict[str, str]]:
        """The run's own judge."""
        log, mark = self.out / "logs" / "judge-server.log", {MARK: str(self.out)}
        return served(self.run / "judge" / "model", ENVIRONMENTS / "sft", log, {**COMMON, **mark})

    def _run(self, log: str, command: list[object], environment: Mapping[str, str]) -> None:
        try:
            on_text = self.board.text if self.board else lambda text: None
            run_logged(
                command,
                self.out / "logs" / f"{folder_of(log)}.log",
                {**COMMON, **environment, MARK: str(self.out)},
                on_text,
            )
        finally:
            end_strays(str(self.out))


def figures_of(folder: Path) -> dict[str, Any]:
    """One arm: graded answers to the test questions, and what the full reward saw while it trained."""
    rows = [json.loads(line) for line in (folder / "answers.jsonl").read_text(encoding="utf-8").splitlines()]
    steps = training_steps(folder / "journal")
    return {
        "accuracy": right_share(rows, "response"),
        "per_type": {kind: part.get("response") for kind, part in by(rows, "question_type").items()},
        "per_family": {family: part.get("response") for family, part in by(rows, "family").items()},
        "format_rate": last_format_rate(steps),
        "steps_to": {kind: {str(level): steps_to(steps, kind, level) for level in LEVELS} for kind in TYPES},
        "curve": [asdict(step) for step in steps],
    }


def by(rows: list[dict[str, Any]], key: str) -> dict[str, dict[str, Any]]:
    return {
        name: {"response": right_share([row for row in rows if row[key] == name], "response")}
        for name in table_by(rows, key)
    }


def steps_to(steps: list[StepFigures], kind: str, level: float) -> int | None:
    """How many steps it took until a type's accuracy, averaged over a few steps, reached the level; None: never."""
    known = [step for step in steps if step.by_type.get(kind) is not None]
    for end in range(SMOOTHING, len(known) + 1):
        if (mean(step.by_type[kind] for step in known[end - SMOOTHING : end]) or 0) >= level:
            return steps.index(known[end - 1]) + 1
    return None


def warm_start(run: Path) -> dict[str, Any]:
    """The line to compare with: the start of every arm."""
    summary = json.loads((run / "summary.json").read_text(encoding="utf-8"))
    return {
        "accuracy": summary["sft_accuracy"],
        "per_type": {kind: row["before"] for kind, row in summary["per_type"].items()},
        "format_rate": summary["format_rate"]["first"],
    }


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


def train_all(controls: Controls, console: Console) -> int:
    """Train what is missing; returns an exit code. Whatever was finished stays finished."""
    stages = controls.stages()
    controls.board = Board({stage.name: stage.title for stage in stages}, console)
    try:
        with sole_owner(controls.out), controls.board:
            run_stages(stages, controls.out, controls.board)
    except CommandFailed as error:
        console.print("\n".join(last_lines(error.log)), f"{error}. The log: {error.log}", sep="\n", markup=False)
        return 1
    except KeyboardInterrupt:
        console.print("interrupted; the same command goes on with the first unfinished arm", style="yellow")
        return 130
    return 0


def main() -> int:
    """Train what is missing, then draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, default=CHECKOUT / "runs" / "demo", help="a finished run of demo.py")
    parser.add_argument("--steps", type=int, help="default: as in grpo.yaml")
    parser.add_argument("--arms", nargs="+", choices=ARMS, default=list(ARMS))
    chosen = parser.parse_args()
    console, run = Console(), chosen.run.resolve()
    if not (run / "summary.json").exists():
        console.print(f"{run} holds no finished run: `make demo` first, or give --run", style="red")
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
