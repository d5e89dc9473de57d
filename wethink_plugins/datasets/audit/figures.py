"""The audit's report as plain values, ready for JSON."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wethink_plugins.datasets.audit.criteria import CRITERIA
from wethink_plugins.datasets.audit.labels import label_files, read_sheet
from wethink_plugins.datasets.audit.raters import agreement_on
from wethink_plugins.datasets.audit.rates import rate_of
from wethink_plugins.datasets.audit.sample import Sample, SampledRow, read_sample
from wethink_plugins.datasets.audit.sheet import Sheet
from wethink_plugins.datasets.audit.verdict import ALL, NAMES, verdicts
from wethink_plugins.errors import WeThinkError


def audit_figures(folder: Path) -> dict[str, Any]:
    """From the folder that `wethink data audit` wrote; WeThinkError where nothing is marked yet."""
    sample = read_sample(folder)
    ids = [row.id for row in sample.rows]
    sheets = {name: read_sheet(file, ids) for name, file in label_files(folder).items()}
    sheets = {name: sheet for name, sheet in sheets.items() if any(sheet.marks.values()) or sheet.comments}
    if not sheets:
        raise WeThinkError("nothing is marked yet", fix="mark rows with `wethink data audit` first", file=folder)
    held = [verdicts(row.place, sheets.values()) for row in sample.rows]
    return {
        "folder": str(folder),
        "file": sample.file,
        "images": sample.images,
        "by": list(sample.by),
        "seed": sample.seed,
        "population": sample.population,
        "rows": len(sample.rows),
        "open": [row.id for row, one in zip(sample.rows, held, strict=True) if one[ALL] == "open"],
        "annotators": [_progress(name, sheet, sample) for name, sheet in sheets.items()],
        "rates": {name: _rates(sample, [one[name] for one in held]) for name in NAMES},
        "agreement": {name: agreement_on(name, sheets) for name in CRITERIA} if len(sheets) > 1 else {},
        "bad": [_row(row, sheets) for row, one in zip(sample.rows, held, strict=True) if _is_bad(row, sheets)],
        "commented": [
            _row(row, sheets)
            for row in sample.rows
            if not _is_bad(row, sheets) and any(row.place in sheet.comments for sheet in sheets.values())
        ],
    }


def _progress(name: str, sheet: Sheet, sample: Sample) -> dict[str, Any]:
    """Rates of one annotator alone, beside how far they came."""
    done = sum(sheet.is_done(row.place) for row in sample.rows)
    partly = sum(bool(marks) for marks in sheet.marks.values()) - done
    said = [verdicts(row.place, [sheet]) for row in sample.rows]
    strata = [row.stratum for row in sample.rows]
    rates = {key: rate_of(zip(strata, [one[key] for one in said], strict=True), sample.strata) for key in NAMES}
    return {"name": name, "done": done, "partly": partly, "comments": len(sheet.comments), "rates": rates}


def _rates(sample: Sample, held: list[str]) -> dict[str, Any]:
    """Overall, by each value of each name in `by`, and by stratum; all weighed by rows of the whole file."""
    said = [(row.stratum, value) for row, value in zip(sample.rows, held, strict=True)]
    by = {}
    for i, name in enumerate(sample.by):
        values = sorted({stratum[i] for stratum in sample.strata})
        by[name] = {value: rate_of([one for one in said if one[0][i] == value], sample.strata) for value in values}
    strata = [
        {
            "stratum": list(stratum),
            "file_rows": size,
            **rate_of([one for one in said if one[0] == stratum], sample.strata),
        }
        for stratum, size in sample.strata.items()
    ]
    return {"overall": rate_of(said, sample.strata), "by": by, "strata": strata}


def _is_bad(row: SampledRow, sheets: Mapping[str, Sheet]) -> bool:
    """Any no of anyone: a row to look at, whatever the majority holds."""
    return any("no" in sheet.marks.get(row.place, {}).values() for sheet in sheets.values())


def _row(row: SampledRow, sheets: Mapping[str, Sheet]) -> dict[str, Any]:
    return {
        "id": row.id,
        "place": row.place,
        "line": row.line,
        "stratum": list(row.stratum),
        "held": verdicts(row.place, sheets.values()),
        "marks": {name: sheet.marks[row.place] for name, sheet in sheets.items() if sheet.marks.get(row.place)},
        "comments": {name: sheet.comments[row.place] for name, sheet in sheets.items() if row.place in sheet.comments},
    }
