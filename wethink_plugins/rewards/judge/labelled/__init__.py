"""Answers with the tier that a person gave them: what a judge is measured on. README.md beside it is the policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from wethink_plugins.errors import WeThinkError
from wethink_plugins.rewards.judge.tiers import TIERS

SHIPPED = "shipped descriptive.jsonl"


@dataclass(frozen=True)
class LabelledRow:
    """`tier` is the person's word. `kind` says how the answer relates to the reference, `topic` what is in the image."""

    id: str
    question: str
    reference: str
    answer: str
    tier: str
    kind: str = "unknown"
    language: str = "unknown"
    topic: str = "unknown"
    question_type: str = "descriptive"


def read_labelled(file: str | Path | None = None, labels: bool = True) -> list[LabelledRow]:
    """From JSONL, JSON or parquet with question, reference, answer, tier; None is the set that ships here.

    With `labels` False the tier may be missing and is then "".

    Raises WeThinkError naming the line and field of the first row that is not usable, and when there is no row.
    """
    from wethink_plugins.datasets.records import read_records

    if file is None:
        with as_file(files(__package__).joinpath("descriptive.jsonl")) as shipped:
            return read_labelled(shipped)
    rows = [_row(line, file, number, labels) for number, line in read_records(file)]
    if not rows:
        raise WeThinkError("holds no labelled rows", fix="one JSON object a line", file=file)
    _refuse_repeats(rows, file)
    return rows


def _row(line: Mapping[str, Any], file: str | Path, number: int, labels: bool) -> LabelledRow:
    place: dict[str, Any] = {"file": f"{file}:{number}", "row": line.get("id")}
    if not labels and line.get("tier") is None:
        line = {**line, "tier": ""}
    for field in ("question", "reference", "answer", *(("tier",) if labels else ())):
        if not isinstance(line.get(field), str) or not line[field].strip():
            raise WeThinkError(
                f"no text, found {line.get(field)!r:.60}",
                fix="each row needs question, reference, answer and tier",
                field=field,
                **place,
            )
    tier = str(line["tier"]).strip().lower()
    if tier not in (*TIERS, *(() if labels else ("",))):
        raise WeThinkError(f"{tier!r} is no tier", fix=f"use {', '.join(TIERS)}", field="tier", **place)
    named = {key: str(line[key]) for key in ("kind", "language", "topic", "question_type") if line.get(key)}
    name = str(line["id"] if line.get("id") is not None else number)
    return LabelledRow(name, line["question"], line["reference"], line["answer"], tier, **named)


def _refuse_repeats(rows: list[LabelledRow], file: str | Path) -> None:
    seen: set[str] = set()
    for row in rows:
        if row.id in seen:
            raise WeThinkError("two rows have this id", fix="give each its own", file=file, row=row.id, field="id")
        seen.add(row.id)
