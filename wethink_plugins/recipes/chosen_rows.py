"""The rows that a variant trains on, as a file of WeThink rows; what validation would reject stays in it, for the export to say so."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from wethink_plugins.config import WeThinkConfig
from wethink_plugins.datasets.checks.row import RowChecks, image_folder
from wethink_plugins.datasets.image import Images
from wethink_plugins.datasets.records import read_lines
from wethink_plugins.datasets.sources import Sources
from wethink_plugins.datasets.write import replacing
from wethink_plugins.errors import WeThinkError
from wethink_plugins.recipes.table import Rows
from wethink_plugins.rows import Row

RowOf = Callable[[int, Mapping[str, Any]], "Row | None"]


def write_chosen(file: Path, rows: Rows, config: Path | None, infer_types: bool, out: Path) -> tuple[int, int]:
    """Writes the rows of `file` that `rows` names to `out`; (rows read, rows written).

    Raises WeThinkError when none is left, for a line that is no row, and when a row lacks the field that
    `rows.chain_of_thought` names.
    """
    read = kept = 0
    row_of = _reader(file, config, infer_types)
    with replacing(out) as temporary, temporary.open("w", encoding="utf-8") as target:
        for line in _lines(file, rows, row_of):
            read += 1
            if line is not None:
                kept += 1
                target.write(f"{line}\n")
        if not kept:
            asked = rows.model_dump(exclude_defaults=True)
            raise WeThinkError(f"none of {read} rows is left by {asked}", fix="look at their spellings", file=file)
    return read, kept


def _lines(file: Path, rows: Rows, row_of: RowOf) -> Iterator[str | None]:
    """One line a row, None for one that is left out."""
    for number, record in read_lines(file):
        if isinstance(record, WeThinkError):
            raise record
        row = row_of(number, record)
        if row is not None and not _wanted(row, rows):
            yield None
            continue
        yield json.dumps(_with_chain(record, rows.chain_of_thought, number, file))


def _wanted(row: Row, rows: Rows) -> bool:
    if rows.without_judge and row.needs_judge:
        return False
    return rows.abilities is None or any(rows.abilities.casefold() in one.casefold() for one in row.abilities)


def _with_chain(record: Mapping[str, Any], field: str | None, number: int, file: Path) -> Mapping[str, Any]:
    if field is None:
        return record
    chain = record.get(field)
    if not isinstance(chain, str) or not chain.strip():
        fix = "this variant needs rows that keep it; the published ones have refined_cot only"
        raise WeThinkError("holds no chain of thought", fix=fix, file=file, row=record.get("id", number), field=field)
    return {**record, "refined_cot": chain}


def _reader(file: Path, config: Path | None, infer_types: bool) -> RowOf:
    """The row as validation reads it, pictures left alone; None for one that it would reject."""
    settings = WeThinkConfig.load(config if config is not None else {})
    checks = RowChecks(settings, Images(image_folder(file, None)), Sources.load(None), infer_types, for_sft=False)
    checks.skip_images()

    def row_of(number: int, record: Mapping[str, Any]) -> Row | None:
        try:
            return checks.row(number, record)[0]
        except WeThinkError as error:
            if not error.defect:
                raise
            return None

    return row_of
