"""Grade the answers and count: `predictions.jsonl`, from which every figure can be found again, and `summary.json`.

Accuracy is graded by `checker.py`, which knows the scenes and nothing of the reward that was optimised. Beside it stands
the reward's own verdict on the same responses (`rewards.jsonl`), and the gap between the two.
"""

from __future__ import annotations

import json
import logging
import platform
import subprocess
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from checker import is_right
from curves import last_format_rate, training_steps
from stages import write_json

Row = dict[str, Any]
Told = dict[str, Any]
Config = Path | Mapping[str, Any]
SCORED = ("before", "after")
TOLD = ("overall", "accuracy", "format", "tier", "status", "reason")
"""What is kept of a score in `rewards.jsonl`."""
STAGES = ("teacher", "before", "after", "blank", "blank_before")
"""Keys of raw responses in a predictions file. `blank`: the trained model, shown an empty picture."""
CONFIG = Path(__file__).with_name("wethink.yaml")
PACKAGES = ("wethink-plugins", "verl", "torch", "transformers", "trl", "ray")


def write_summary(out: Path, folder: Path, seed: int, environments: Path, config: Config = CONFIG) -> None:
    """Read what the stages of a run left in `out`; write the three files into `folder`. Calls the judge."""
    rows = join_predictions(out)
    problems = problems_of(out / "data" / "test.jsonl")
    scores = {stage: reward_scores(rows, problems, stage, config) for stage in SCORED}
    write_lines(folder / "predictions.jsonl", rows)
    write_lines(
        folder / "rewards.jsonl",
        ({"id": row["id"], **{stage: scores[stage][i] for stage in SCORED}} for i, row in enumerate(rows)),
    )
    timing = read_seconds(out / "stages")
    summary = {
        **accuracies(rows),
        **journal_figures(out / "journal"),
        **reward_figures(rows, scores),
        "judge": judge_figures(out / "judge" / "calibration" / "calibration.json"),
        "per_type": table_by(rows, "question_type"),
        "per_family": table_by(rows, "family"),
        "seconds": round(sum(timing.values()), 1),
        "seconds_by_stage": timing,
        "seed": seed,
        "versions": versions(environments / "sft"),
        "written": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
    }
    write_json(folder / "summary.json", summary)


def join_predictions(out: Path) -> list[Row]:
    """One line a test item, with the raw responses of every stage."""
    sources = {
        "teacher": (out / "data" / "teacher.jsonl", "teacher"),
        "before": (out / "before" / "answers.jsonl", "before"),
        "after": (out / "after" / "answers.jsonl", "after"),
        "blank": (out / "after" / "blank.jsonl", "blank"),
        "blank_before": (out / "before" / "blank.jsonl", "blank"),
    }
    joined: dict[str, Row] = {}
    for stage, (file, key) in sources.items():
        for line in map(json.loads, file.read_text(encoding="utf-8").splitlines()):
            response = line.pop(key)
            joined.setdefault(line["id"], line)[stage] = response
    return list(joined.values())


def write_lines(file: Path, rows: Iterable[Row]) -> None:
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def right_share(rows: Iterable[Row], stage: str) -> float | None:
    """The checker's accuracy of a stage, or None where it has no rows."""
    verdicts = [is_right(row[stage], row["family"], row["scene"]) for row in rows if stage in row]
    return sum(verdicts) / len(verdicts) if verdicts else None


def accuracies(rows: list[Row]) -> dict[str, float | None]:
    """The headline figures."""
    return {
        "teacher_accuracy": right_share(rows, "teacher"),
        "sft_accuracy": right_share(rows, "before"),
        "grpo_accuracy": right_share(rows, "after"),
        "blank_accuracy": right_share(rows, "blank"),
        "blank_accuracy_before": right_share(rows, "blank_before"),
        "blind_baseline": blind_baseline(rows),
    }


def blind_baseline(rows: list[Row]) -> float | None:
    """What always giving a family's most frequent answer would reach: the best that can be had without looking."""
    golds: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        golds[row["family"]][row["gold"]] += 1
    return sum(counts.most_common(1)[0][1] for counts in golds.values()) / len(rows) if rows else None


def table_by(rows: list[Row], key: str) -> dict[str, dict[str, float | int | None]]:
    """Every stage's accuracy by family or by question type."""
    parts: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        parts[row[key]].append(row)
    return {
        name: {"n": len(part), **{stage: right_share(part, stage) for stage in STAGES}, "blind": blind_baseline(part)}
        for name, part in sorted(parts.items())
    }


def journal_figures(journal: Path) -> dict[str, Any]:
    """How well formed the sampled rollouts were at the first step and over the last, and how many stayed unscored."""
    steps = training_steps(journal)
    rates = {"first": steps[0].format_rate, "last": last_format_rate(steps)} if steps else {"first": None, "last": None}
    return {
        "format_rate": rates,
        "unscored": sum(step.unscored for step in steps),
        "steps": len(steps),
        "rollouts": sum(step.samples for step in steps),
    }


def problems_of(file: Path) -> dict[str, Row]:
    return {row["id"]: row for row in map(json.loads, file.read_text(encoding="utf-8").splitlines())}


def reward_figures(rows: list[Row], scores: Mapping[str, list[Told]]) -> dict[str, Any]:
    """The reward's share of full accuracy (1.0, no partial credit) beside the checker's, on the same responses."""
    own, disagreements, gaps = {}, {}, []
    for stage, told in scores.items():
        full = [score["accuracy"] == 1.0 for score in told]
        checked = [is_right(row[stage], row["family"], row["scene"]) for row in rows]
        own[stage] = sum(full) / len(full)
        gaps.append(abs(sum(full) - sum(checked)) / len(full))
        disagreements[stage] = sum(a != b for a, b in zip(full, checked, strict=True))
    return {
        "reward_accuracy": own,
        "reward_checker_gap": max(gaps),
        "reward_checker_disagreements": disagreements,
    }


def reward_scores(rows: list[Row], problems: Mapping[str, Row], stage: str, config: Config = CONFIG) -> list[Told]:
    """What the hybrid reward of the demo says of one stage's responses."""
    from wethink_plugins.rewards.hybrid import HybridReward
    from wethink_plugins.sample import Sample

    reward = HybridReward.from_config(config)
    samples = [
        Sample(row["id"], None, problems[row["id"]]["problem"], row[stage], row["gold"], row["question_type"],
               reward_method=problems[row["id"]]["reward"])
        for row in rows
    ]  # fmt: skip
    first_batch = logging.getLogger("wethink_plugins.first_batch")
    first_batch.disabled = True  # it speaks to who starts a training
    try:
        return [{key: getattr(score, key) for key in TOLD} for score in reward.score_batch(samples)]
    finally:
        first_batch.disabled = False
        reward.close()


def judge_figures(calibration: Path) -> dict[str, Any] | None:
    """What the judge was worth on held-out pairs before it paid for anything; None where none was measured."""
    if not calibration.exists():
        return None
    report = json.loads(calibration.read_text(encoding="utf-8"))
    figures = {name: report["figures"][name]["value"] for name in ("agreement", "kappa_quadratic")}
    return {"pairs": report["rows"], "unscored": report["unscored"], **figures}


def read_seconds(stamps: Path) -> dict[str, float]:
    """Seconds of each finished stage, in the order in which they finished."""
    read = [(file.stem, json.loads(file.read_text(encoding="utf-8"))) for file in stamps.glob("*.json")]
    return {name: stamp["seconds"] for name, stamp in sorted(read, key=lambda item: item[1]["finished"])}


def versions(sft_environment: Path) -> dict[str, str]:
    """What was run; LLaMA-Factory's environment is asked for its own."""
    found = {"python": platform.python_version(), "machine": f"{platform.system()} {platform.machine()}"}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    ask = "from importlib.metadata import version as v; print(v('llamafactory'), v('transformers'))"
    answer = subprocess.run(
        [sft_environment / "bin" / "python", "-c", ask], capture_output=True, text=True, check=False
    ).stdout.split()
    names = ("llamafactory", "transformers of llamafactory")
    return {**found, **dict(zip(names, answer, strict=False))}


def result_table(summary: Mapping[str, Any]) -> Any:
    """The end of a run, for the terminal."""
    from rich.table import Table

    table = Table(title="Accuracy on held-out scenes, graded by checker.py", title_justify="left")
    for name in ("", "items", "teacher", "warm start", "after GRPO", "blank picture", "blind baseline"):
        table.add_column(name, justify="left" if not name else "right")
    for name, row in summary["per_family"].items():
        table.add_row(
            name, str(row["n"]), *(shown(row[key]) for key in ("teacher", "before", "after", "blank", "blind"))
        )
    table.add_section()
    keys = ("teacher_accuracy", "sft_accuracy", "grpo_accuracy", "blank_accuracy", "blind_baseline")
    items = sum(row["n"] for row in summary["per_family"].values())
    table.add_row("all", str(items), *(shown(summary[key]) for key in keys), style="bold")
    rate = summary["format_rate"]
    table.caption = (
        f"well formed {shown(rate['first'])} -> {shown(rate['last'])} of the sampled rollouts · unscored {summary['unscored']} · "
        f"reward against checker {summary['reward_checker_gap']:.3f} · {summary['seconds'] / 60:.1f} min without installing"
    )
    return table


def shown(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
