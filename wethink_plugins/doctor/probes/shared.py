"""What the probes have in common: their frame, two rows of a file, and an answer that ought to be right."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any, Literal

from wethink_plugins.doctor.finding import Finding, error, one_line, warning

# Said by other checks already, which need no host for it.
KNOWN = ("JudgeRequired", "JudgeBudgetSpent", "ConfigError", "SampleError", "Unscored")


def run(steps: Callable[[dict[str, Any], Path, list[Finding]], None]) -> None:
    """The findings up to the first thing that goes wrong: `python -m PROBE ASKED.json ANSWER.json`.

    `steps` adds to the list as it goes, so that none is lost when the host raises behind them.
    """
    asked, answer = map(Path, sys.argv[1:3])
    found: list[Finding] = []
    try:
        steps(json.loads(asked.read_text(encoding="utf-8")), asked.parent, found)
    except Ended:
        pass
    except PackageNotFoundError as problem:
        text = f"this isn't the environment of the training: {problem.name} isn't installed in it"
        found.append(error("host", text, "run doctor there, or here with --files-only"))
    except Exception as problem:  # noqa: BLE001  the host's code may raise anything
        if type(problem).__name__ not in KNOWN:
            found.append(error("host", f"{type(problem).__name__}: {one_line(problem)}", "the same would end the run"))
    answer.write_text(json.dumps([asdict(finding) for finding in found]), encoding="utf-8")


class Step:
    """`with Step("dataset", fix):` turns what the host raises into one finding, and ends the probe."""

    def __init__(self, found: list[Finding], what: str, fix: str) -> None:
        self._found, self._what, self._fix = found, what, fix

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, _: object) -> Literal[False]:
        if problem is None or not isinstance(problem, Exception):
            return False
        if not any(name in f"{type(problem).__name__} {problem}" for name in KNOWN):
            self._found.append(error("host", f"{self._what}: {type(problem).__name__}: {one_line(problem)}", self._fix))
        raise Ended from None


class Ended(Exception):
    """A step failed, which has its finding; the ones after it would fail for the same reason."""


def excerpt(file: Path, numbers: list[int], place: Path) -> Path:
    """A copy of these rows (from 1) in the same form, so that a whole data set isn't read and filtered for two."""
    if file.suffix != ".parquet":
        from wethink_plugins.datasets.records import read_records

        records = [record for i, (_, record) in enumerate(read_records(file), 1) if i in numbers]
        out = place / f"excerpt{file.suffix}"
        text = json.dumps(records) if file.suffix == ".json" else "".join(f"{json.dumps(one)}\n" for one in records)
        out.write_text(text, encoding="utf-8")
        return out
    import pyarrow as pa
    import pyarrow.parquet as pq

    out, found, first = place / "excerpt.parquet", [], 1
    for batch in pq.ParquetFile(file).iter_batches(batch_size=64):
        found += [batch.slice(number - first, 1) for number in numbers if first <= number < first + batch.num_rows]
        first += batch.num_rows
    pq.write_table(pa.Table.from_batches(found), out)
    return out


def right_answer(gold: str, style: str) -> str:
    """A response with the gold answer, in the format that the style pays."""
    if style == "boxed":
        return f"<think>I look.</think>\\boxed{{{gold}}}"
    return f"{'' if style == 'think_open' else '<think>'}I look.</think><answer>{gold}</answer>"


def rewards_checked(
    rewards: list[float], accuracies: list[float | None], numbers: list[int], ours: bool
) -> list[Finding]:
    """Finite, and the gold answer is taken for right."""
    bad = [(n, reward) for n, reward in zip(numbers, rewards, strict=False) if not math.isfinite(reward)]
    if bad or len(rewards) != len(numbers):
        text = f"{len(rewards)} rewards for {len(numbers)} rows, not finite: {bad}"
        return [error("dry run", text, "the reward function must return one finite number a response")]
    wrong = [n for n, accuracy in zip(numbers, accuracies, strict=False) if accuracy == 0]
    if wrong and ours:
        text = f"row {wrong[0]}: its own gold answer is graded wrong"
        return [warning("dry run", text, "look at it with `wethink grade ANSWER --gold GOLD`, and correct the row")]
    return []
