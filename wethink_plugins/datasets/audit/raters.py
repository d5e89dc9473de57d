"""How far annotators agree, over the rows that more than one of them marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from wethink_plugins.agreement import agreement, intervals, kappa, krippendorff_alpha, matrix_of
from wethink_plugins.datasets.audit.criteria import MARKS
from wethink_plugins.datasets.audit.sheet import Sheet


def agreement_on(criterion: str, sheets: Mapping[str, Sheet]) -> dict[str, Any]:
    """Unsure is a category of its own, none is nearer to another. Values are None where they aren't defined.

    `percent` is the share of pairs of marks on a row that are the same; `kappa`, with its bootstrap interval, is
    Cohen's, of two annotators; `alpha` is Krippendorff's, of any number. `pairs` has each two annotators by name.
    """
    pairs = [_pair(first, second, criterion, sheets) for first, second in combinations(sheets, 2)]
    units = _units(criterion, list(sheets.values()))
    compared = sum(pair["rows"] for pair in pairs)
    same = sum(pair["rows"] * pair["percent"] for pair in pairs if pair["rows"])
    one = pairs[0] if len(pairs) == 1 else {"kappa": None, "kappa_interval": None}
    return {
        "rows": sum(len(unit) > 1 for unit in units),
        "percent": same / compared if compared else None,
        "kappa": one["kappa"],
        "kappa_interval": one["kappa_interval"],
        "alpha": krippendorff_alpha(units, "nominal"),
        "pairs": pairs,
    }


def _pair(first: str, second: str, criterion: str, sheets: Mapping[str, Sheet]) -> dict[str, Any]:
    a, b = sheets[first].marks, sheets[second].marks
    both = [
        (place, a[place][criterion], b[place][criterion])
        for place in sorted(a.keys() & b.keys())
        if criterion in a[place] and criterion in b[place]
    ]
    matrix = matrix_of([(one, other) for _, one, other in both], MARKS)
    return {
        "annotators": [first, second],
        "rows": len(both),
        "percent": agreement(matrix),
        "kappa": kappa(matrix),
        "kappa_interval": intervals(both, MARKS, {"kappa": kappa})["kappa"],
    }


def _units(criterion: str, sheets: Sequence[Sheet]) -> list[list[float]]:
    places = sorted({place for sheet in sheets for place in sheet.marks})
    return [
        [
            float(MARKS.index(sheet.marks[place][criterion]))
            for sheet in sheets
            if criterion in sheet.marks.get(place, {})
        ]
        for place in places
    ]
