"""The page of a validation: what the file is made of, what is wrong with it, and examples of each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from wethink_plugins.datasets.composition import TEXTS, Composition
from wethink_plugins.datasets.composition_tables import (
    ability_table,
    combination_table,
    method_table,
    percent,
    size_table,
    source_table,
)
from wethink_plugins.datasets.defects import DEFECTS, Action, Defect
from wethink_plugins.datasets.printable import printable
from wethink_plugins.datasets.registry_tables import registry_table, value_tables
from wethink_plugins.report import Bar, Cell, Histogram, Number, Page

if TYPE_CHECKING:
    from wethink_plugins.datasets.findings import Example
    from wethink_plugins.datasets.lengths import Lengths
    from wethink_plugins.datasets.validate import Validation

_TEXT_EDGES = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 1_000_000)
# Multiples of 28, the side of the patch of Qwen2.5-VL, and the sides that datasets often have.
_SIDE_EDGES = (0, 28, 56, 112, 224, 336, 448, 560, 672, 896, 1120, 1344, 1792, 2688, 4032, 8064)
_UNKNOWN = 40
"""Unknown spellings that are shown, the commonest first."""
_PIECE = 10_000
"""Characters of the line for the YAML; a line that is cut is no YAML, and spellings are few and short."""
_HEADINGS: dict[Action, tuple[str, str]] = {
    "reject": ("Left out", "Rows with any of these are rejected: no exporter writes them. A row counts once, under the first fault that was found."),
    "repair": ("Made good", "Rows with these are kept, and exporters write them repaired."),
    "note": ("Worth knowing", "Rows with these are kept as they are."),
}  # fmt: skip


def write_page(validation: Validation, composition: Composition, target: Path) -> Path:
    """One HTML file without scripts or links; the same bytes for the same findings. OSError where it can't be written."""
    counts = validation.counts
    share = counts["accepted"] / counts["read"] if counts["read"] else 0.0
    title = f"{counts['accepted']:,} of {counts['read']:,} rows can be used ({percent(share)})"
    page = Page(f"Validation of {printable(validation.file.name)}", title)
    _add_numbers(page, validation, composition)
    _add_unknown(page, validation)
    for action in _HEADINGS:
        _add_defects(page, validation, action)
    if counts["accepted"]:
        _add_composition(page, composition)
        registry_table(page, validation.sources)
        _add_abilities(page, composition)
        _add_lengths(page, composition)
        _add_images(page, composition)
    if validation.values:
        page.section("Spellings", "Of category, reward and abilities, in all rows, rejected ones too.")
        value_tables(page, validation.values)
    return page.write(target)


def _add_numbers(page: Page, validation: Validation, composition: Composition) -> None:
    counts = validation.counts
    found: dict[str, int] = dict.fromkeys(_HEADINGS, 0)
    for name, rows in counts["defects"].items():
        found[DEFECTS[name].action] += rows
    page.numbers(
        Number("rows read", f"{counts['read']:,}"),
        Number("accepted", f"{counts['accepted']:,}"),
        Number("rejected", f"{counts['rejected']:,}", _kinds(counts["defects"], "reject")),
        Number("repairs made", f"{found['repair']:,}", _kinds(counts["defects"], "repair")),
        Number("notes", f"{found['note']:,}", _kinds(counts["defects"], "note")),
        Number("images", f"{len(composition.long_side):,}", "in accepted rows"),
    )
    if not counts["defects"]:
        page.text("Nothing is wrong with any row: nothing to leave out, nothing to repair, nothing to note.")


def _kinds(defects: dict[str, int], action: Action) -> str:
    kinds = sum(DEFECTS[name].action == action for name in defects)
    return f"{kinds} kind{'s' * (kinds != 1)}" if kinds else ""


def _add_unknown(page: Page, found: Validation) -> None:
    unknown, alone = found.unknown, found.one_alias
    if not unknown:
        return
    page.section(
        "Unknown values",
        f"These spellings are in the file and in no table. If {'a guess is' if alone else 'the guesses are'} right, put "
        "the line into the YAML of --config; where a value lacks, fill it in, or let --infer-types derive it.",
    )
    rows = [
        (
            Cell(printable(one.value, 80), "code") if one.value else Cell("(nothing)", "quiet"),
            Cell(one.field, "whole"),
            Cell(f"{one.rows:,}"),
            Cell(printable(one.first_row, 24), "whole"),
            Cell(printable(one.yaml if alone else one.likely), "code") if one.value else Cell("–", "quiet"),
        )
        for one in unknown[:_UNKNOWN]
    ]
    more = f"{len(unknown) - _UNKNOWN:,} more are not shown." if len(unknown) > _UNKNOWN else ""
    page.table(("value", "field", "rows", "first row", "line for the YAML" if alone else "looks like"), rows, more)
    if found.aliases and not alone:
        page.table(("line for the YAML",), [(Cell(printable(found.aliases, _PIECE), "code"),)])


def _add_defects(page: Page, validation: Validation, action: Action) -> None:
    found = {name: rows for name, rows in validation.counts["defects"].items() if DEFECTS[name].action == action}
    if not found:
        return
    page.section(*_HEADINGS[action])
    ranked = sorted(found, key=lambda name: -found[name])
    most, read = max(found.values()), validation.counts["read"]
    page.table(
        ("what", "rows", "of all", "what it does to a trainer", "name"),
        [_defect_row(DEFECTS[name], found[name], most, read) for name in ranked],
    )
    for name in ranked:
        examples = validation.examples.get(name, ())
        page.fold(
            DEFECTS[name].title,
            ("line", "row", "field", "found"),
            [_example_row(one) for one in examples],
            _first(len(examples), found[name]),
        )


def _defect_row(defect: Defect, rows: int, most: int, read: int) -> tuple[object, ...]:
    bar = Bar(percent(rows / read), [rows / most])
    return Cell(defect.title, "name"), Cell(f"{rows:,}"), bar, Cell(defect.harm, "name"), Cell(defect.name, "name")


def _example_row(example: Example) -> tuple[object, ...]:
    row = Cell(printable(example.row, 40), "whole")
    return example.line, row, Cell(example.field, "whole"), Cell(printable(example.text, 400), "code")


def _first(shown: int, rows: int) -> str:
    if rows <= shown:
        return f"{rows:,} row{'s' * (rows != 1)}"
    return f"first {shown} of {rows:,} rows"


def _add_composition(page: Page, composition: Composition) -> None:
    page.section("What the accepted rows are", "By where their images come from, what they ask, and what it takes.")
    source_table(page, composition)
    method_table(page, composition)


def _add_abilities(page: Page, composition: Composition) -> None:
    page.section("Abilities", "The share of a type's rows that ask for each; a row may ask for several.")
    ability_table(page, composition)
    combination_table(page, composition)


def _add_lengths(page: Page, composition: Composition) -> None:
    page.section("Lengths", "In characters, of accepted rows.")
    header = ("text", "shortest", "median", "mean", "95 %", "99 %", "longest")
    page.table(header, [(name, *_spread(composition.lengths[name])) for name in TEXTS])
    page.figure(*(Histogram(f"{name}, in characters", composition.lengths[name].bins(_TEXT_EDGES)) for name in TEXTS))


def _add_images(page: Page, composition: Composition) -> None:
    page.section("Images", "As they are stored, before a processor resizes them.")
    without = composition.images_a_row.at(0)
    if without:
        page.text(f"{without:,} accepted row{'s' * (without != 1)} without an image.")
    if not len(composition.long_side):
        return
    header = ("pixels", "shortest", "median", "mean", "95 %", "99 %", "longest")
    sides = {"longer side": composition.long_side, "shorter side": composition.short_side}
    page.table(header, [(name, *_spread(lengths)) for name, lengths in sides.items()])
    page.figure(
        Histogram("longer side, in pixels", composition.long_side.bins(_SIDE_EDGES)),
        Histogram("shorter side, in pixels", composition.short_side.bins(_SIDE_EDGES)),
        Histogram("images a row", composition.images_a_row.bins((0, 1, 2, 3, 4, 5, 9, 17))),
    )
    size_table(page, composition)


def _spread(lengths: Lengths) -> list[Cell]:
    values = (lengths.quantile(share) for share in (0, 0.5, 0.95, 0.99))
    least, median, high, highest = (f"{value:,}" for value in values)
    return [Cell(text) for text in (least, median, f"{lengths.mean():,.0f}", high, highest, f"{lengths.most():,}")]
