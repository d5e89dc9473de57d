"""A look into the rows that a host would train on: their columns, and a sample spread over the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wethink_plugins.doctor.case import Case
from wethink_plugins.errors import WeThinkError

# Chosen: what can be looked at within seconds. Every row was looked at when it was exported.
_ROWS, _PLACES = 2000, 8


@dataclass(frozen=True)
class Rows:
    """`sample` pairs each record with its number, from 1; `types` names the columns as Arrow does."""

    file: Path
    total: int
    types: Mapping[str, str]
    sample: list[tuple[int, dict[str, Any]]]


def rows_of(case: Case) -> Rows | None:
    """None where no file of rows is named or it isn't here. WeThinkError for one that can't be read."""
    file = case.train_file
    if file is None or not file.is_file():
        return None
    if file not in case.cache:
        case.cache[file] = _from_parquet(file) if file.suffix == ".parquet" else _from_text(file)
    rows: Rows = case.cache[file]
    return rows


def _from_parquet(file: Path) -> Rows:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        parquet = pq.ParquetFile(file)
        types = {field.name: str(field.type) for field in parquet.schema_arrow}
        return Rows(file, parquet.metadata.num_rows, types, _spread(parquet))
    except (pa.ArrowException, OSError) as problem:
        raise WeThinkError(f"not readable as parquet: {problem}", fix="export it again", file=file) from None


def _spread(parquet: Any) -> list[tuple[int, dict[str, Any]]]:
    """From groups of rows evenly over the file, since images may lie in it and a whole group is read at once."""
    sizes = [parquet.metadata.row_group(i).num_rows for i in range(parquet.num_row_groups)]
    starts = [sum(sizes[:i]) for i in range(len(sizes))]
    chosen = sorted({round(i * (len(sizes) - 1) / max(1, _PLACES - 1)) for i in range(_PLACES)}) if sizes else []
    found: list[tuple[int, dict[str, Any]]] = []
    for group in chosen:
        left = _ROWS // len(chosen)
        for batch in parquet.iter_batches(batch_size=64, row_groups=[group]):
            records = batch.to_pylist()[:left]
            first = starts[group] + _ROWS // len(chosen) - left + 1
            found += [(first + i, record) for i, record in enumerate(records)]
            left -= len(records)
            if left <= 0:
                break
    return found


def _from_text(file: Path) -> Rows:
    from wethink_plugins.datasets.records import read_records

    records = list(read_records(file))
    types: dict[str, str] = {}
    for _, record in records:
        for name, value in record.items():
            if value is not None and types.get(name, "null") == "null":
                types[name] = _type_of(value)
            types.setdefault(name, "null")
    every = max(1, -(-len(records) // _ROWS))
    return Rows(file, len(records), types, records[::every])


def _type_of(value: object) -> str:
    if isinstance(value, list):
        return "list"
    return "struct" if isinstance(value, Mapping) else "string" if isinstance(value, str) else type(value).__name__
