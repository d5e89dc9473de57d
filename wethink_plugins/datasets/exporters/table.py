"""Rows as the records of one host, and how they get into a file."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wethink_plugins.datasets.write import replacing
from wethink_plugins.errors import WeThinkError
from wethink_plugins.rows import Row

if TYPE_CHECKING:
    import pyarrow as pa

# Readers of JSON Lines guess a column's type from the first block of 10 MB (pyarrow in `datasets`).
_GUESSED_FROM = 500


@dataclass(frozen=True)
class Table:
    """`record(row, place)` gives one row as the host reads it; `schema` its columns, so that any two files agree.

    `rows_a_group` are in memory at once. `optional` names what may be an empty list, and whether a row has any of it.
    """

    record: Callable[[Row, int], dict[str, Any]]
    schema: Callable[[], pa.Schema]
    rows_a_group: int = 1024
    optional: tuple[tuple[str, Callable[[Row], bool]], ...] = ()


def write_file(file: Path, rows: Sequence[Row], table: Table, first: int = 0) -> None:
    """Parquet, JSON Lines or a JSON list, as the suffix says; whole or not at all. Places count from `first`."""
    write = {".parquet": _write_parquet, ".jsonl": _write_jsonl, ".json": _write_json}[file.suffix]
    with replacing(file) as temporary:
        write(temporary, rows, table, first)


def _write_parquet(file: Path, rows: Sequence[Row], table: Table, first: int) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    form = table.schema()
    with pq.ParquetWriter(file, form) as writer:
        for start in range(0, len(rows), table.rows_a_group):
            group = enumerate(rows[start : start + table.rows_a_group], first + start)
            records = [table.record(row, place) for place, row in group]
            writer.write_table(pa.Table.from_pylist(records, schema=form))


def _write_jsonl(file: Path, rows: Sequence[Row], table: Table, first: int) -> None:
    if first == 0:  # readers take the columns of all shards from the first
        _refuse_guesses(rows, table)
    with file.open("w", encoding="utf-8", newline="\n") as out:
        for place, row in enumerate(rows, first):
            out.write(json.dumps(table.record(row, place), ensure_ascii=False) + "\n")


def _write_json(file: Path, rows: Sequence[Row], table: Table, first: int) -> None:
    with file.open("w", encoding="utf-8", newline="\n") as out:
        for place, row in enumerate(rows, first):
            out.write(("[\n" if place == first else ",\n") + json.dumps(table.record(row, place), ensure_ascii=False))
        out.write("\n]\n")


def _refuse_guesses(rows: Sequence[Row], table: Table) -> None:
    """A list that is empty in all of the first rows would be taken for a list of nothing, and end the reading later."""
    for name, has in table.optional:
        place = next((i for i, row in enumerate(rows) if has(row)), 0)
        if place >= _GUESSED_FROM:
            raise WeThinkError(
                f"is empty in the first {place} rows, so that a reader of JSON Lines can't know its type",
                fix="give --format parquet",
                field=name,
            )
