"""Of the page: the set that a run extends, before and after, and the notes of all rounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wethink_plugins.report import Cell, Page

Figures = Mapping[str, Any]

_COMPARED = {
    "rows": "rows",
    "images": "images",
    "wordings": "distinct wordings of questions",
    "problems": "distinct pairs of wording and answer",
    "effective_wordings": "wordings, as if equally frequent",
    "effective_cells": "pairs of abilities and type, as if equally frequent",
    "triples_per_draw": "distinct word triples in a draw of the same size",
    "nearest": "likeness of a question to its nearest other (1: each has a twin)",
}
_SETS = ("before", "added", "after")


def growth_on(page: Page, growth: Figures | None) -> None:
    """Nothing for a run that extends no set."""
    if growth is None or not all(isinstance(growth.get(name), Mapping) for name in _SETS):
        return
    sets = [growth[name] for name in _SETS]
    page.section(
        "The set that it extends",
        "Before, the rows of this run alone, and both. A larger set has more wordings whatever is in it; the two figures "
        f"'as if equally frequent' and the draw (of {sets[2].get('draw', 0):,} rows) don't grow by themselves.",
    )
    rows = [[what, *(_cell(one.get(name)) for one in sets)] for name, what in _COMPARED.items()]
    page.table(("", *_SETS), rows)
    cells = sorted({name for one in sets for name in one.get("cells", {})})
    lines = [(name, *(one.get("cells", {}).get(name, 0) for one in sets)) for name in cells]
    page.fold("rows of each pair of abilities and type", ("pair", *_SETS), lines, str(len(lines)))


def notes_on(page: Page, notes: Sequence[Figures]) -> None:
    if not notes:
        return
    page.section("What plans could not give", "Said when a round was planned; the mix says how it ended.")
    rows = [(_rounds(one), one["note"]) for one in notes]
    if len(rows) <= 5:
        page.table(("rounds", "note"), rows)
    else:
        page.fold("notes", ("rounds", "note"), rows, str(len(rows)))


def _rounds(note: Figures) -> str:
    return str(note["first"]) if note["first"] == note["last"] else f"{note['first']} to {note['last']}"


def _cell(value: object) -> Cell | None:
    if isinstance(value, int):
        return Cell(f"{value:,}")
    return Cell(f"{value:,.3f}") if isinstance(value, float) else None
