"""What is held of a row, from what its annotators said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from wethink_plugins.datasets.audit.criteria import CRITERIA
from wethink_plugins.datasets.audit.sheet import Sheet

ALL = "all three"
NAMES = (*CRITERIA, ALL)


def verdicts(place: int, sheets: Iterable[Sheet]) -> dict[str, str]:
    """By criterion the majority of yes and no, see `rates.SAID`; for `ALL` yes where all are yes, no where any is no.

    `ALL` is decided only where each criterion is: else one no would decide a row that three yes must decide otherwise,
    and rows with a fault would count more readily than those without.
    """
    marks = [sheet.marks.get(place, {}) for sheet in sheets]
    found = {name: _majority([one[name] for one in marks if name in one]) for name in CRITERIA}
    return {**found, ALL: _together(found)}


def _majority(marks: list[str]) -> str:
    if not marks:
        return "open"
    counts = Counter(marks)
    if counts["yes"] == counts["no"]:
        return "split" if counts["yes"] else "unsure"
    return "yes" if counts["yes"] > counts["no"] else "no"


def _together(found: Mapping[str, str]) -> str:
    return next((value for value in ("open", "split", "unsure", "no") if value in found.values()), "yes")
