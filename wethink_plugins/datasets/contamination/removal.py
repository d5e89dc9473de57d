"""Leaves out the rows that a removable list names."""

from __future__ import annotations

import json
from pathlib import Path

from wethink_plugins.datasets.records import Records
from wethink_plugins.errors import WeThinkError
from wethink_plugins.rows import row_id


def without(records: Records, file: str | Path) -> Records:
    """The (line, record) pairs whose row id isn't on the list: `remove.txt` (an id a line) or `remove.jsonl` (`row`)."""
    names = removable(file)
    return ((line, record) for line, record in records if row_id(record) not in names)


def removable(file: str | Path) -> frozenset[str]:
    """The row ids of a list. WeThinkError for a file that is none."""
    path = Path(file).expanduser()
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise WeThinkError(f"can't be read: {error}", fix="give remove.txt or remove.jsonl", file=file) from None
    if path.suffix not in (".txt", ".jsonl"):
        raise WeThinkError("is no list of rows", fix="give remove.txt or remove.jsonl", file=file)
    if path.suffix == ".jsonl":
        return frozenset(_named(line, f"{file}:{number}") for number, line in enumerate(lines, start=1) if line.strip())
    return frozenset(line.strip() for line in lines if line.strip())


def _named(line: str, place: str) -> str:
    try:
        name = json.loads(line)["row"]
        if not isinstance(name, str | int) or isinstance(name, bool):
            raise ValueError
        return str(name)
    except (ValueError, KeyError, TypeError):
        raise WeThinkError('is no {"row": …}', fix="give what `wethink data contamination` wrote", file=place) from None
