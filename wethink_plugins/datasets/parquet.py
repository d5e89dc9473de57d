"""Rows of a parquet file, a batch at a time; a value that Python can't hold costs its own row, not the file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wethink_plugins.errors import WeThinkError

if TYPE_CHECKING:
    import pyarrow as pa

# Chosen: rows that are in memory at once.
_BATCH = 512
# What Python's own types raise of a value that is too large for them, no UTF-8, of a zone that nobody knows …
_FAULTS = (ValueError, ArithmeticError, LookupError, TypeError, RuntimeError)

Lines = Iterator[tuple[int, "dict[str, Any] | WeThinkError"]]


def parquet_lines(file: Path) -> Lines:
    """Rows with their number from 1; where one can't be read, the WeThinkError about it (row and column named).

    WeThinkError is raised for what is no parquet file, and for one that has a column twice.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = 0
    try:
        with pq.ParquetFile(file) as opened:
            _refuse_twice(opened.schema_arrow.names, file)
            for batch in opened.iter_batches(batch_size=_BATCH):
                for record in _records(batch, number + 1, file):
                    number += 1
                    yield number, record
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise WeThinkError(f"not readable as parquet: {error}", fix="write it again", file=file) from None


def _refuse_twice(names: list[str], file: Path) -> None:
    """Of two columns of a name a record would hold the last, and the other would be lost."""
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise WeThinkError("is a column twice", fix="rename or remove one", file=file, field=twice)


def _records(batch: pa.RecordBatch, first: int, file: Path) -> list[dict[str, Any] | WeThinkError]:
    try:
        return list(batch.to_pylist())
    except _FAULTS:
        return [_record(batch, place, f"{file}:{first + place}") for place in range(batch.num_rows)]


def _record(batch: pa.RecordBatch, place: int, where: str) -> dict[str, Any] | WeThinkError:
    record = {}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        try:
            record[name] = column[place].as_py()
        except _FAULTS as error:
            return WeThinkError(
                f"holds {column.type} that can't be read: {error}",
                fix="write the column as text, or leave it out",
                file=where,
                field=name,
                defect="broken_line",
            )
    return record
