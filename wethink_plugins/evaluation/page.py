"""An evaluation as a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from wethink_plugins.evaluation.compare import Difference
from wethink_plugins.evaluation.graded import Graded
from wethink_plugins.evaluation.summary import Group
from wethink_plugins.report import Bar, Cell, Number, Page
from wethink_plugins.report.page import Tone

_SHOWN = 25
_LONGEST = 400
_INTERVAL = (
    "Intervals hold for 95%, over questions (Wilson's for one file, Bonett and Price's for pairs). They say how far the "
    "choice of questions matters, not how far another training run would differ."
)


def write_page(
    target: Path,
    names: Sequence[str],
    tables: Sequence[Mapping[str, Sequence[Group]]],
    differences: Mapping[str, Sequence[Difference]] | None,
    changes: Sequence[tuple[float, Graded, Graded]] = (),
    wrong: Sequence[Graded] = (),
    judges: Sequence[str] = (),
) -> None:
    """Of one file, or of two side by side. `judges`: the names of who graded what rules can't."""
    page = Page("Evaluation", " against ".join(names))
    heads = [_headline(name, table["all"][0]) for name, table in zip(names, tables, strict=True)]
    page.numbers(*heads, *([_gain(differences["all"][0])] if differences is not None else []))
    page.text(_INTERVAL, *([f"What no rule can check was graded by {', '.join(judges)}."] if judges else []))
    counts = [name for name in _COUNTS if any(getattr(table["all"][0], name) for table in tables)]
    for grouping in tables[-1]:
        if grouping != "all":
            page.section(f"By {grouping}" if grouping != "graded by" else "By who graded")
            for name, table in zip(names, tables, strict=True):
                header = ["", "accuracy", "95%", "responses", "format", *(_COUNTS[count] for count in counts)]
                page.table(header, [_row(group, counts) for group in table.get(grouping, [])], caption=name)
            if differences is not None:
                page.table(
                    _PAIRS, [_pair(one) for one in differences.get(grouping, [])], caption="pairs, second minus first"
                )
    if changes:
        _changes(page, changes)
    if wrong:
        page.section("What was wrong", f"The first {_SHOWN} at most.")
        page.table(
            ["row", "question", "right", "answer", "why"],
            [
                [
                    one.item.id,
                    _short(_question(one)),
                    _short(_gold(one)),
                    _answer(one),
                    one.score.reason if one.score else "",
                ]
                for one in wrong[:_SHOWN]
            ],
        )
    page.write(target)


# Shown where any response is counted there.
_COUNTS = {
    "no_answer": "no answer",
    "cut": "cut off",
    "ungradable": "ungradable",
    "unscored": "unscored",
    "no_response": "no response",
}
_PAIRS = ("", "pairs", "first", "second", "difference", "95%", "better", "worse", "in one only")


def _row(group: Group, counts: Sequence[str]) -> list[Any]:
    share = group.accuracy
    bar = Bar("–" if share is None else f"{share:.3f}", [share or 0.0])
    shown = [Cell(group.name, "name"), bar, _range(group.interval), group.count, group.format]
    return [*shown, *(getattr(group, name) for name in counts)]


def _pair(one: Difference) -> list[Any]:
    low, high = one.interval or (0.0, 0.0)
    tone: Tone = "good" if low > 0 else "bad" if high < 0 else ""
    gained = Cell("–" if one.difference is None else f"{one.difference:+.3f}", tone)
    return [
        Cell(one.name, "name"), one.pairs, one.first, one.second, gained, _range(one.interval, "+.3f"), one.better,
        one.worse, one.apart,
    ]  # fmt: skip


def _range(interval: tuple[float, float] | None, form: str = ".3f") -> Cell:
    return Cell("–" if interval is None else f"{interval[0]:{form}} to {interval[1]:{form}}", "whole")


def _headline(name: str, group: Group) -> Number:
    shown = "–" if group.accuracy is None else f"{group.accuracy:.3f}"
    return Number(name, shown, f"{_range(group.interval).text}, {group.questions} questions")


def _gain(one: Difference) -> Number:
    shown = "–" if one.difference is None else f"{one.difference:+.3f}"
    return Number("difference", shown, f"{_range(one.interval, '+.3f').text}, {one.pairs} pairs")


def _changes(page: Page, changes: Sequence[tuple[float, Graded, Graded]]) -> None:
    lost = [change for change in changes if change[0] < 0][:_SHOWN]
    won = [change for change in reversed(changes) if change[0] > 0][:_SHOWN]
    page.section("What changed", f"At most {_SHOWN} each way.")
    for title, some in (("Worse", lost), ("Better", won)):
        rows = [
            [a.item.id, _short(_question(a)), _short(_gold(a)), _answer(a), _answer(b), f"{change:+.2f}"]
            for change, a, b in some
        ]
        page.fold(title, ["row", "question", "right", "first", "second", "difference"], rows, str(len(rows)))


def _question(one: Graded) -> str:
    return one.item.sample.question if one.item.sample else ""


def _gold(one: Graded) -> str:
    return one.item.sample.answer if one.item.sample else ""


def _answer(one: Graded) -> Cell:
    answer = one.score.extra.get("answer") if one.score else None
    response = one.item.sample.response if one.item.sample else ""
    return Cell(_short(answer if answer is not None else "(none)"), title=_short(response, 2000))


def _short(text: object, longest: int = _LONGEST) -> str:
    line = str(text)
    return line if len(line) <= longest else line[: longest - 1] + "…"
