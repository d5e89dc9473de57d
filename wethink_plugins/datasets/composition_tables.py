"""The tables of a composition, put on a page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from wethink_plugins.datasets.composition import Composition
from wethink_plugins.datasets.defects import DEFECTS
from wethink_plugins.datasets.printable import printable
from wethink_plugins.report import Bar, Cell, Page
from wethink_plugins.vocabulary import QUESTION_TYPES, REWARD_METHODS

_SOURCES, _ABILITIES, _COMBINATIONS, _SIZES = 60, 12, 25, 10
"""Rows (columns, for abilities) that are shown, the largest first; a line below says what the rest is."""
_TYPE_NAMES = tuple(name.replace("_", " ") for name in QUESTION_TYPES)


def percent(share: float) -> str:
    """Per cent with a digit behind the point where that says something; never 0 or 100 for what isn't."""
    value = 100 * share
    if 0 < value < 0.1:
        return "< 0.1 %"
    if 99.9 < value < 100:
        return "> 99.9 %"
    return f"{value:.0f} %" if value in (0, 100) else f"{value:.1f} %"


def source_table(page: Page, composition: Composition) -> None:
    """One row a source: how many of each type, how many rejected, and why mostly."""
    accepted, rejected = composition.by_source(), composition.rejected_by_source()
    ranked = sorted({*accepted, *rejected}, key=lambda source: (-accepted[source], -rejected[source], source))
    most, total = max(accepted.values()), sum(accepted.values())
    header = ("source", "rows", "by type", *_TYPE_NAMES, "rejected", "mostly for")
    rows = [_source_row(source, composition, accepted[source], most, total) for source in ranked[:_SOURCES]]
    rest = [accepted[source] for source in ranked[_SOURCES:]]
    page.table(header, rows, _more(rest, "sources"), _TYPE_NAMES)


def _source_row(source: str, composition: Composition, accepted: int, most: int, total: int) -> list[object]:
    kinds = [composition.rows[source, kind] for kind in QUESTION_TYPES]
    bar = Bar(percent(accepted / total), [count / most for count in kinds], f"{accepted:,} rows")
    reasons = {kind: rows for (where, kind), rows in composition.rejects.items() if where == source}
    commonest = max(sorted(reasons), key=lambda kind: reasons[kind], default="")
    why = DEFECTS[commonest].title if commonest in DEFECTS else commonest
    lost = Cell(f"{sum(reasons.values()):,}", "bad" if reasons else "quiet")
    return [
        Cell(printable(source), "name"),
        Cell(f"{accepted:,}"),
        bar,
        *(_quiet_zero(n) for n in kinds),
        lost,
        Cell(why, "name"),
    ]


def method_table(page: Page, composition: Composition) -> None:
    """Question type against reward method."""
    by_type = composition.by_type()
    header = ("question type", "rows", "of all", *(f"paid by {name}" for name in REWARD_METHODS))
    total = sum(by_type.values())
    rows = [
        [
            kind.replace("_", " "),
            Cell(f"{by_type[kind]:,}"),
            Bar(percent(by_type[kind] / total), [by_type[kind] / total]),
            *(_quiet_zero(composition.methods[kind, method]) for method in REWARD_METHODS),
        ]
        for kind in QUESTION_TYPES
    ]
    page.table(header, rows, "auto: by rule, or by the judge where it is descriptive.")


def ability_table(page: Page, composition: Composition) -> None:
    """Ability against question type: the share of the type's rows that ask for it."""
    by_type = composition.by_type()
    by_ability: Counter[str] = Counter()
    for (_, ability), count in composition.abilities.items():
        by_ability[ability] += count
    ranked = _ranked(by_ability)
    rows = [
        [
            Cell(printable(ability), "name"),
            Cell(f"{by_ability[ability]:,}"),
            *(_share_bar(composition.abilities[kind, ability], by_type[kind]) for kind in QUESTION_TYPES),
        ]
        for ability in ranked[:_ABILITIES]
    ]
    rest = [by_ability[ability] for ability in ranked[_ABILITIES:]]
    page.table(("ability", "rows", *_TYPE_NAMES), rows, _more(rest, "abilities"))


def combination_table(page: Page, composition: Composition) -> None:
    """Abilities that are asked for together."""
    ranked, total = _ranked(composition.combinations), sum(composition.combinations.values())
    most = composition.combinations[ranked[0]]
    rows = [
        [
            Cell(printable(name), "name"),
            Cell(f"{composition.combinations[name]:,}"),
            Bar(percent(composition.combinations[name] / total), [composition.combinations[name] / most]),
        ]
        for name in ranked[:_COMBINATIONS]
    ]
    rest = [composition.combinations[name] for name in ranked[_COMBINATIONS:]]
    page.table(("abilities together", "rows", "of all"), rows, _more(rest, "combinations"))


def size_table(page: Page, composition: Composition) -> None:
    """The commonest sizes of images."""
    sizes, total = composition.sizes, sum(composition.sizes.values())
    ranked = sorted(sizes, key=lambda size: (-sizes[size], str(size)))
    rows = [
        [
            _size_text(size),
            Cell(f"{sizes[size]:,}"),
            Bar(percent(sizes[size] / total), [sizes[size] / sizes[ranked[0]]]),
        ]
        for size in ranked[:_SIZES]
    ]
    page.table(("size", "images", "of all"), rows, _more([sizes[size] for size in ranked[_SIZES:]], "sizes", "images"))


def _size_text(size: tuple[int, int] | str) -> str:
    return size if isinstance(size, str) else f"{size[0]:,} × {size[1]:,}"


def _share_bar(part: int, whole: int) -> Bar | Cell:
    return Bar(percent(part / whole), [part / whole], f"{part:,} of {whole:,} rows") if whole else Cell("–", "quiet")


def _quiet_zero(count: int) -> Cell:
    return Cell(f"{count:,}", "" if count else "quiet")


def _ranked(counts: Counter[str]) -> list[str]:
    return sorted(counts, key=lambda name: (-counts[name], name))


def _more(rest: Sequence[int], what: str, of: str = "rows") -> str:
    return f"And {len(rest):,} more {what} with {sum(rest):,} {of} together." if rest else ""
