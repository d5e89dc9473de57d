"""Rollouts that are on disk: the samples of a journal, or saved ones, each with the line it was read from."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wethink_plugins.errors import SampleError, WeThinkError
from wethink_plugins.kind import kind_of
from wethink_plugins.sample import Sample
from wethink_plugins.synonyms import other_name


@dataclass(frozen=True)
class Rollout:
    """A sample as it was read, with the line it was read from; `number` counts from 1."""

    sample: Sample
    line: Mapping[str, Any]
    number: int

    @property
    def group(self) -> Hashable:
        """Rollouts of one prompt in one step. Without a group in the file: the same row in the same step."""
        meta, sample = self.sample.meta, self.sample
        return meta.get("split"), meta.get("step"), sample.id if sample.group is None else sample.group


def read_rollouts(file: Path) -> list[Rollout]:
    """From a JSONL (or what else `datasets` loads) of rollouts or of a journal, or a journal's folder.

    SampleError names file, line and field of what can't be scored; WeThinkError when there is nothing.
    """
    rollouts = [Rollout(_sample(line, file, number), line, number) for number, line in _lines(file)]
    if not rollouts:
        raise WeThinkError("holds no rollouts", fix="give a JSONL file, or the folder of a journal", file=file)
    return rollouts


def _lines(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    from wethink_plugins.datasets.records import read_records
    from wethink_plugins.rewards.journal import read_journal, whole_lines

    if file.is_dir():
        return enumerate(read_journal(file), start=1)
    return whole_lines(file) if file.is_file() and file.suffix.lower() == ".jsonl" else read_records(file)


def _sample(line: Mapping[str, Any], file: Path, number: int) -> Sample:
    """A journal calls the right answer `gold`, its `answer` is what was read from the response."""

    def fault(field: str, problem: str, fix: str) -> SampleError:
        return SampleError(problem, fix=fix, file=f"{file}:{number}", row=line.get("id"), field=field)

    gold = "gold" if "gold" in line else "answer"
    if not isinstance(line.get("response"), str):
        raise fault("response", *_no_text(line, "response"))
    if not _is_plain(line.get(gold)):
        raise fault(gold, *_no_text(line, gold))
    for field in ("group", "step", "split"):
        if isinstance(line.get(field), list | dict):
            raise fault(field, f"is {kind_of(line[field])}", "write a text or a number")
    options = line.get("options") or []
    if not isinstance(options, list) or not all(_is_plain(text) for text in options):
        raise fault("options", "is no list of texts", "write the option texts in order, as a list")
    return Sample(
        id=str(line.get("id", number)),
        group=line.get("group"),
        question=str(line.get("question") or line.get("problem") or ""),
        response=line["response"],
        answer=str(line[gold]),
        question_type=line.get("question_type") or line.get("category") or None,
        options=tuple(str(text) for text in options),
        reward_method=line.get("reward_method") or line.get("reward") or "auto",
        meta={key: line[key] for key in ("step", "split") if key in line},
    )


def _is_plain(value: object) -> bool:
    """Text, or a number, which is taken as it prints: as rows of a dataset are."""
    if isinstance(value, float):
        return math.isfinite(value)  # an empty cell of a table is NaN
    return isinstance(value, str | int) and not isinstance(value, bool)


def _no_text(line: Mapping[str, Any], field: str) -> tuple[str, str]:
    """What is wrong with it, and what to do."""
    if field in line:
        found = "not a number" if isinstance(line[field], float) else kind_of(line[field])
        return f"is {found}, not text", "write it as a string"
    if name := other_name(line, field):
        return f"is missing, and the line has `{name}`", f"is that it? rename it to {field}"
    return "is missing", "each line needs response and answer"
