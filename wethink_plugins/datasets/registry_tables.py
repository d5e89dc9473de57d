"""Put on a page: the spellings of the closed lists as they are met, and what the registry knows of the sources."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from wethink_plugins.datasets.printable import printable
from wethink_plugins.report import Cell, Page

if TYPE_CHECKING:
    from wethink_plugins.datasets.sources import SourceUse
    from wethink_plugins.datasets.values import Met

_SHOWN = 60
"""Spellings of a field, and sources; the commonest first."""


def value_tables(page: Page, values: Sequence[Met]) -> None:
    """One fold a field; what nobody knows stands first."""
    for field in dict.fromkeys(met.field for met in values):
        met = [value for value in values if value.field == field]
        is_open = field == "abilities"
        ranked = sorted(met, key=lambda value: bool(value.meaning) or is_open)
        rows = [_value_row(value, is_open) for value in ranked[:_SHOWN]]
        spellings = f"{len(met):,} spelling{'s' * (len(met) != 1)}"
        page.fold(f"{field} as it is met", ("value", "rows", "read as"), rows, _first(len(met), spellings))


def registry_table(page: Page, sources: Sequence[SourceUse]) -> None:
    """Licence, near benchmarks and quota of each source of accepted rows."""
    if not sources:
        return
    rows = [_source_row(use) for use in sources[:_SHOWN]]
    header = ("source", "rows", "licence", "shares pictures or questions with", "quota")
    unknown = sum(use.source is None for use in sources)
    count = f"{len(sources):,} source{'s' * (len(sources) != 1)}" + (
        f", {unknown:,} not in the registry" if unknown else ""
    )
    page.fold("Licences, near benchmarks, quotas", header, rows, _first(len(sources), count))


def _value_row(value: Met, is_open: bool) -> list[Cell]:
    shown = Cell(printable(value.value, 80), "code") if value.value else Cell("(nothing)", "quiet")
    meaning = Cell(value.meaning or ("as written" if is_open else "unknown"), "" if value.meaning or is_open else "bad")
    return [shown, Cell(f"{value.rows:,}"), meaning]


def _source_row(use: SourceUse) -> list[Cell]:
    name, known = Cell(printable(use.name, 80), "name"), use.source
    if known is None:
        return [
            name,
            Cell(f"{use.rows:,}"),
            Cell("not in the registry", "quiet"),
            Cell("–", "quiet"),
            Cell("–", "quiet"),
        ]
    near = Cell(printable(", ".join(known.benchmarks)) or "–", "name")
    return [name, Cell(f"{use.rows:,}"), Cell(printable(known.licence), "name"), near, _quota(use)]


def _quota(use: SourceUse) -> Cell:
    if use.source is None or use.source.quota is None or use.over is None:
        return Cell("–", "quiet")
    over = f"{use.over:,} over" if use.over > 0 else f"{-use.over:,} under" if use.over else "met"
    return Cell(f"{use.source.quota:,} ({over})", "bad" if use.over > 0 else "")


def _first(there: int, count: str) -> str:
    return count if there <= _SHOWN else f"first {_SHOWN} of {count}"
