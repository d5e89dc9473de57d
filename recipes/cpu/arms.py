"""Train variants of one finished run in TRL: same warm start and judge; each arm says in what it differs.

`controls.py`, `faults.py` and `ablation.py` are tables of arms for this engine. Arms are finished one by one and not
repeated: what is there stays, and the same command goes on with the first that is missing.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from chain import CHECKOUT, COMMON, CONFIG, HERE, PACKAGE
from curves import TYPES, StepFigures, last_format_rate, mean, training_steps
from demo import sole_owner
from judge_server import CALLS, served
from process import MARK, CommandFailed, end_strays, last_lines, run_logged
from progress import Board
from rich.console import Console
from stages import Stage, read_stamp, run_stages
from summary import right_share, table_by

ENVIRONMENTS = CHECKOUT / ".venvs"
LEVELS = (0.7, 0.8, 0.9)
SMOOTHING = 3
"""Steps over which accuracy is averaged before it is said to have reached a level."""


@dataclass(frozen=True)
class Rows:
    """What an arm is trained on. Paths are taken from the run's folder; `image_path` in the rows from `images`."""

    name: str = "train"
    file: str = "data/train.jsonl"
    images: str = "data"
    types: tuple[str, ...] = ()
    """Only rows of these question types; empty: all."""

    @property
    def stage(self) -> str:
        return "rows" if self == Rows() else f"rows-{self.name}"

    def select(self, source: Path, target: Path) -> None:
        """Copy the lines that are trained on. Raises ValueError when there are none."""
        lines = source.read_text(encoding="utf-8").splitlines()
        kept = [line for line in lines if not self.types or json.loads(line)["category"] in self.types]
        if not kept:
            raise ValueError(f"{source}: no row of type {', '.join(self.types)}; check the arm's `types`")
        target.write_text("\n".join(kept) + "\n", encoding="utf-8")


@dataclass(frozen=True)
class Arm:
    """One training. `reward` is a name that control_arms.py knows.

    `group`: answers a prompt; the prompts a step change with it, so that the answers a step stay the same.
    """

    title: str
    reward: str = "hybrid"
    rows: Rows = Rows()
    group: int | None = None

    def settings(self) -> dict[str, Any]:
        """What it depends on: its title isn't part of it."""
        return {name: value for name, value in asdict(self).items() if name != "title"}


def folder_of(arm: str) -> str:
    return arm.replace(",", "").replace("%", "").replace(" ", "-")


class Arms:
    """The stages of all arms, in a folder of their own beside the run that they start from."""

    folder: str
    arms: Mapping[str, Arm]
    scripts: tuple[str, ...] = ("control_arms.py", "arm_training.py")
    probe_every: int | None = None
    """Steps between two looks at the validation rows (probe.py); None: none."""
    own_calls = False
    """Whether each arm starts with an empty store of judge calls, so that its calls can be counted."""

    def __init__(self, run: Path, steps: int | None, names: Sequence[str], environments: Path = ENVIRONMENTS) -> None:
        self.run, self.steps, self.names, self.environments = run, steps, list(names), environments
        self.out = run / self.folder
        self.board: Board | None = None
        self.seed = json.loads((run / "summary.json").read_text(encoding="utf-8"))["seed"]

    def stages(self) -> list[Stage]:
        start = {
            "judge": read_stamp(self.run, "judge").get("inputs"),
            "sft": read_stamp(self.run, "sft").get("inputs"),
            "seed": self.seed,
            "steps": self.steps,
        }
        chosen = {name: self.arms[name] for name in self.names}
        rows = {arm.rows.stage: self._rows_stage(arm.rows, start) for arm in chosen.values()}
        return [*rows.values(), *(self._arm_stage(name, arm, start) for name, arm in chosen.items())]

    def _rows_stage(self, rows: Rows, start: Mapping[str, Any]) -> Stage:
        return Stage(
            rows.stage,
            f"Export rows for TRL: {rows.name}",
            lambda partial: self.export(rows, partial),
            [f"{rows.name}.parquet"],
            settings={**start, "rows": asdict(rows)},
            sources=[self.run / rows.file, PACKAGE / "datasets"],
        )

    def _arm_stage(self, name: str, arm: Arm, start: Mapping[str, Any]) -> Stage:
        return Stage(
            folder_of(name),
            f"Train: {arm.title}",
            lambda partial: self.train(name, arm, partial),
            [folder_of(name)],
            [arm.rows.stage],
            {**start, **arm.settings(), "probe": self.probe_every},
            [*(HERE / script for script in self.scripts), HERE / "grpo.yaml", PACKAGE / "rewards", PACKAGE / "adapters", CONFIG],
        )  # fmt: skip

    def export(self, rows: Rows, partial: Path) -> None:
        chosen, wethink = partial / f"{rows.name}.jsonl", Path(sys.executable).with_name("wethink")
        rows.select(self.run / rows.file, chosen)
        command = [
            wethink, "data", "export", "trl", chosen, "--images", self.run / rows.images,
            "--out", partial / f"{rows.name}.parquet", "--config", CONFIG,
        ]  # fmt: skip
        self._run(rows.stage, command, {})

    def train(self, name: str, arm: Arm, partial: Path) -> None:
        made, data = partial / folder_of(name), self.run / "data"
        made.mkdir()
        command = [
            sys.executable, HERE / "control_arms.py", "--arm", arm.reward, "--model", self.run / "sft",
            "--rows", self.out / f"{arm.rows.name}.parquet", "--out", made, "--seed", self.seed,
        ]  # fmt: skip
        command += ["--steps", self.steps] if self.steps else []
        command += ["--group", arm.group] if arm.group else []
        if self.probe_every:
            command += ["--probe", data / "val.jsonl", "--probe-every", self.probe_every]
        with self._judge() as judge:
            calls = {CALLS: str(made / "calls.sqlite")} if self.own_calls else {}
            self._run(name, command, {"WETHINK_JOURNAL": str(made / "journal"), **judge, **calls})
        self.evaluate(name, made, data)
        for leftover in ("trainer", "cache"):
            shutil.rmtree(made / leftover, ignore_errors=True)

    def evaluate(self, name: str, made: Path, data: Path) -> None:
        """Greedy answers to all test rows."""
        command = [
            sys.executable, HERE / "evaluate.py", "--model", made / "model", "--rows", data / "test.jsonl",
            "--stage", "response", "--system-prompt", data / "system_prompt.txt", "--out", made / "answers.jsonl",
        ]  # fmt: skip
        self._run(name, command, {})

    def _judge(self) -> AbstractContextManager[dict[str, str]]:
        """The run's own judge."""
        log, mark = self.out / "logs" / "judge-server.log", {MARK: str(self.out)}
        return served(self.run / "judge" / "model", self.environments / "sft", log, {**COMMON, **mark})

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


def train_all(arms: Arms, console: Console) -> int:
    """Train what is missing; returns an exit code. Whatever was finished stays finished."""
    stages = arms.stages()
    arms.board = Board({stage.name: stage.title for stage in stages}, console)
    try:
        with sole_owner(arms.out), arms.board:
            run_stages(stages, arms.out, arms.board)
    except CommandFailed as error:
        console.print("\n".join(last_lines(error.log)), f"{error}. The log: {error.log}", sep="\n", markup=False)
        return 1
    except KeyboardInterrupt:
        console.print("interrupted; the same command goes on with the first unfinished arm", style="yellow")
        return 130
    return 0


def unfinished(runs: Sequence[Path], console: Console) -> bool:
    """Whether one of these isn't a finished run of demo.py; says which."""
    for run in runs:
        if not (run / "summary.json").exists():
            console.print(f"{run} holds no finished run: `make demo` first (SEED=1 for another seed)", style="red")
            return True
    return False


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
