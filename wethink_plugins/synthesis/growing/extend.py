"""The rows that a run extends: kept in its folder when it starts, so that it resumes with the same.

What is kept of a row is what steering and diversity look at, not its answer's reasoning nor its picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from wethink_plugins.config import WeThinkConfig
from wethink_plugins.datasets.records import read_records
from wethink_plugins.datasets.write import remove, replacing
from wethink_plugins.errors import WeThinkError
from wethink_plugins.rows import Row
from wethink_plugins.synthesis.output.lines import line
from wethink_plugins.synthesis.run import RunFolder

BASE = "base.jsonl"


def keep_base(folder: Path, rows: Path | None) -> int:
    """Into the folder of a run that has not begun; None: it extends nothing. How many they are.

    WeThinkError, naming file and line, for the first row that can't be read, and where there is none.
    """
    if rows is None:
        remove(folder / BASE)
        return 0
    count = 0
    with replacing(folder / BASE) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        for row in read_base(rows):
            file.write(line(_kept(row)))
            count += 1
        if not count:
            raise WeThinkError("holds no row", fix="give a file with rows, or leave --extend out", file=rows)
    return count


def read_base(rows: Path) -> Iterator[Row]:
    aliases = WeThinkConfig().aliases
    for number, record in read_records(rows):
        try:
            yield Row.read(record, aliases)
        except WeThinkError as error:
            raise WeThinkError(
                error.problem, fix=f"{error.fix}; `wethink data validate` keeps those that can be read",
                file=f"{rows}:{number}", field=error.field,
            ) from None  # fmt: skip


def base_of(run: RunFolder) -> Iterator[Row]:
    """None where it extends nothing. WeThinkError where the rows aren't those that it was started with."""
    count = 0
    for row in read_base(run.folder / BASE) if run.extends else ():
        count += 1
        yield row
    if count != run.extends:
        raise WeThinkError(
            f"holds {count} rows, and the run was started with {run.extends}", fix="bring the file back",
            file=run.folder / BASE,
        )  # fmt: skip


def _kept(row: Row) -> dict[str, Any]:
    kept: dict[str, Any] = {
        "id": row.id, "problem": row.problem, "answer": row.answer, "category": row.question_type,
        "abilities": list(row.abilities), "image_path": list(row.image_path),
    }  # fmt: skip
    if row.options:
        kept["options"] = list(row.options)
    if row.extra.get("domain"):
        kept["domain"] = str(row.extra["domain"])
    return kept
