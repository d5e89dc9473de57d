"""Accuracy of groups of responses, each with its interval and with what the figure leaves out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Any

from wethink_plugins.evaluation.graded import Graded
from wethink_plugins.evaluation.interval import Interval, wilson

Of = Callable[[Graded], Iterable[str]]
# How rows are grouped: a row stands in each of its abilities.
GROUPINGS: Mapping[str, Of] = {
    "type": lambda one: (one.question_type,),
    "source": lambda one: (one.item.source,),
    "ability": lambda one: one.item.abilities,
    "graded by": lambda one: (one.method,) if one.method != "none" else (),
}


@dataclass(frozen=True)
class Group:
    """Of `count` responses to `questions`. `accuracy`, in [0, 1], is over what was scored, `interval` (95%, Wilson) over its
    questions: several responses of one are averaged first. `format`, in [0, 1], is over what was scored too.

    Apart from it: `unscored` (the judge gave no verdict, or was left out), `no_response`. Within it, as wrong:
    `ungradable`, `no_answer` (none that can be read); `cut` counts responses that ended at the length limit.
    """

    name: str
    count: int
    questions: int
    accuracy: float | None
    interval: Interval | None
    format: float | None
    no_answer: int
    cut: int
    ungradable: int
    unscored: int
    no_response: int

    def as_json(self) -> dict[str, Any]:
        """Its fields, in JSON's types."""
        return asdict(self)


def group_of(name: str, found: Sequence[Graded]) -> Group:
    values = list(by_question(found).values())
    scores = [one.score for one in found if one.score is not None]
    return Group(
        name,
        len(found),
        len({one.item.id for one in found}),
        fmean(values) if values else None,
        wilson(values),
        fmean(score.format for score in scores) if scores else None,
        sum(score.extra.get("answer") is None for score in scores),
        sum(one.item.cut for one in found),
        sum(score.status == "ungradable" for score in scores),
        sum(score.status == "unscored" for score in scores) + sum(one.left_out for one in found),
        sum(one.item.sample is None for one in found),
    )


def by_question(found: Iterable[Graded]) -> dict[str, float]:
    """Question -> mean accuracy of what was scored of it."""
    values: dict[str, list[float]] = defaultdict(list)
    for one in found:
        if one.accuracy is not None:
            values[one.item.id].append(one.accuracy)
    return {name: fmean(each) for name, each in values.items()}


def grouped(found: Sequence[Graded], of: Of) -> dict[str, list[Graded]]:
    groups: dict[str, list[Graded]] = defaultdict(list)
    for one in found:
        for name in of(one):
            groups[name].append(one)
    return dict(sorted(groups.items()))


def summary(found: Sequence[Graded]) -> dict[str, list[Group]]:
    """Grouping -> its groups; `all` is one group. Groupings that tell nothing apart are left out, but type."""
    tables = {"all": [group_of("all", found)]}
    for grouping, of in GROUPINGS.items():
        groups = [group_of(name, some) for name, some in grouped(found, of).items()]
        if len(groups) > 1 or grouping == "type":
            tables[grouping] = groups
    return tables
