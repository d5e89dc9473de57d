"""A judge measured on labelled answers: how far it agrees, where it errs, and what its errors would be paid."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median, pstdev
from typing import Any

from wethink_plugins.agreement import (
    Matrix,
    agreement,
    alpha,
    intervals,
    kappa,
    krippendorff_alpha,
    matrix_of,
    pearson,
    ranks,
)
from wethink_plugins.config import WeThinkConfig
from wethink_plugins.rewards.assess import Assessment
from wethink_plugins.rewards.judge import Judge
from wethink_plugins.rewards.judge.batch import Query, ask_all
from wethink_plugins.rewards.judge.labelled import LabelledRow
from wethink_plugins.rewards.judge.suggestion import merged_tiers, suggested_values
from wethink_plugins.rewards.judge.tiers import TIERS

_WORD = re.compile(r"[\u3040-\u9fff]|[^\W\u3040-\u9fff]+")
PARTS = ("kind", "question_type", "topic", "language")
"""What the rows are taken apart by."""


@dataclass(frozen=True)
class Rated:
    """A row with all that the judge said about it, once for each repeat; the first one is what counts."""

    row: LabelledRow
    said: Sequence[Assessment]

    @property
    def tier(self) -> str | None:
        """None when unscored or ungradable: neither is an opinion."""
        return _opinion(self.said[0])


def calibrate(
    judge: Judge,
    config: WeThinkConfig,
    rows: Sequence[LabelledRow],
    repeats: int = 1,
    exchange: bool = False,
    rounds: int = 1000,
) -> dict[str, Any]:
    """Asks for every row `repeats` times and returns the report, ready for JSON; see `report_of` for its keys.

    `exchange` also asks with answer and reference exchanged, for rows labelled correct: the prompt fixes which comes
    first, so this is the order that can be varied, and where both say the same the verdict should stay.
    """
    queries = [_query(row, f"repeat-{n}" if n else "") for row in rows for n in range(repeats)]
    turned = [_exchanged(row) for row in rows if row.tier == TIERS[0]] if exchange else []
    said = ask_all(judge, config, queries + turned)
    rated = [Rated(row, said[i * repeats : (i + 1) * repeats]) for i, row in enumerate(rows)]
    report = report_of(rated, config, rounds)
    report["judge"] = str(getattr(judge, "name", type(judge).__name__))
    report["exchanged"] = _exchange(rated, said[len(queries) :]) if exchange else None
    return report


def report_of(rated: Sequence[Rated], config: WeThinkConfig, rounds: int = 1000) -> dict[str, Any]:
    """All figures are over rows with an opinion of the judge; what is unscored or ungradable is counted apart."""
    tiers = config.judge.tiers
    opinions = [one for one in rated if one.tier is not None]
    matrix = _matrix(opinions)
    triples = [(one.row.question, one.row.tier, str(one.tier)) for one in opinions]
    measures = _measures(tiers)
    ranges = intervals(triples, TIERS, measures, rounds)
    return {
        "rows": len(rated),
        "with_opinion": len(opinions),
        "unscored": sum(one.said[0].status == "unscored" for one in rated),
        "ungradable": sum(one.said[0].status == "ungradable" for one in rated),
        "causes": dict(Counter(one.said[0].reason for one in rated if one.tier is None).most_common(5)),
        "config": config.digest(),
        "tiers": dict(tiers),
        "figures": {name: _figure(measure(matrix), ranges[name]) for name, measure in measures.items()},
        "confusion": {a: dict(zip(TIERS, row, strict=True)) for a, row in zip(TIERS, matrix, strict=True)},
        "by": {part: _taken_apart(opinions, part, tiers) for part in PARTS},
        "length": _by_length(opinions, tiers),
        "repeats": _repeats(rated, tiers),
        "suggested": suggested_values(matrix, tiers),
        "merged": merged_tiers(matrix),
    }


def _measures(tiers: Mapping[str, float]) -> dict[str, Callable[[Matrix], float | None]]:
    return {
        "agreement": agreement,
        "kappa": kappa,
        "kappa_linear": lambda matrix: kappa(matrix, 1),
        "kappa_quadratic": lambda matrix: kappa(matrix, 2),
        "alpha_ordinal": alpha,
        "bias": lambda matrix: bias(matrix, tiers),
        "false_correct": false_correct,
        "wrong_paid": wrong_paid,
    }


def bias(matrix: Matrix, tiers: Mapping[str, float]) -> float | None:
    """Mean paid minus mean deserved, in units of accuracy: above 0 the judge is too kind."""
    values = [tiers[name] for name in TIERS]
    total = sum(map(sum, matrix))
    off = sum(n * (values[j] - values[i]) for i, row in enumerate(matrix) for j, n in enumerate(row))
    return off / total if total else None


def false_correct(matrix: Matrix) -> float | None:
    """Share of the rows labelled below the best tier that the judge gives the best tier."""
    below = sum(sum(row) for row in matrix[1:])
    return sum(row[0] for row in matrix[1:]) / below if below else None


def wrong_paid(matrix: Matrix) -> float | None:
    """Share of the rows labelled with the lowest tier that the judge gives any other."""
    row = matrix[-1]
    return sum(row[:-1]) / sum(row) if sum(row) else None


def _figure(value: float | None, range_: tuple[float, float] | None) -> dict[str, Any]:
    low, high = range_ or (None, None)
    return {"value": value, "low": low, "high": high}


def _query(row: LabelledRow, salt: str = "") -> Query:
    return Query(row.id, row.question, row.reference, row.answer, salt)


def _exchanged(row: LabelledRow) -> Query:
    return Query(row.id, row.question, row.answer, row.reference)


def _opinion(said: Assessment) -> str | None:
    return said.tier if said.status == "scored" else None


def _matrix(rated: Iterable[Rated]) -> list[list[int]]:
    return matrix_of(((one.row.tier, str(one.tier)) for one in rated), TIERS)


def _taken_apart(rated: Sequence[Rated], part: str, tiers: Mapping[str, float]) -> list[dict[str, Any]]:
    groups: dict[str, list[Rated]] = defaultdict(list)
    for one in rated:
        groups[getattr(one.row, part)].append(one)
    return [{part: name, **_line(groups[name], tiers)} for name in sorted(groups)]


def _line(rated: Sequence[Rated], tiers: Mapping[str, float]) -> dict[str, Any]:
    matrix = _matrix(rated)
    return {
        "rows": len(rated),
        "agreement": agreement(matrix),
        "kappa_quadratic": kappa(matrix, 2),
        "bias": bias(matrix, tiers),
        "false_correct": false_correct(matrix),
    }


def _by_length(rated: Sequence[Rated], tiers: Mapping[str, float]) -> dict[str, Any] | None:
    """Quarters by words of the answer, and Spearman's correlation of length with paid minus deserved."""
    if len(rated) < 8:
        return None
    ordered = sorted(rated, key=lambda one: (words(one.row.answer), one.row.id))
    quarter = len(ordered) / 4
    parts = [ordered[round(i * quarter) : round((i + 1) * quarter)] for i in range(4)]
    lengths = [words(one.row.answer) for one in rated]
    off = [tiers[str(one.tier)] - tiers[one.row.tier] for one in rated]
    return {
        "correlation": pearson(ranks(lengths), ranks(off)),
        "quarters": [{"words": median(words(one.row.answer) for one in p), **_paid(p, tiers)} for p in parts],
    }


def words(text: str) -> float:
    """Words; where a script sets none apart, two characters are counted as one."""
    return sum(0.5 if "\u3040" <= found[0] <= "\u9fff" else 1.0 for found in _WORD.finditer(text))


def _paid(rated: Sequence[Rated], tiers: Mapping[str, float]) -> dict[str, Any]:
    paid = fmean(tiers[str(one.tier)] for one in rated)
    return {"paid": paid, "deserved": fmean(tiers[one.row.tier] for one in rated), **_line(rated, tiers)}


def _repeats(rated: Sequence[Rated], tiers: Mapping[str, float]) -> dict[str, Any] | None:
    """How much a judge differs from itself: over rows that got an opinion each time."""
    repeats = max((len(one.said) for one in rated), default=1)
    if repeats < 2:
        return None
    tables = [[_opinion(said) for said in one.said] for one in rated]
    whole = [[str(tier) for tier in tiers_said] for tiers_said in tables if None not in tiers_said]
    return {
        "times": repeats,
        "rows": len(whole),
        "changed": sum(len(set(said)) > 1 for said in whole) / len(whole) if whole else None,
        "spread": fmean(pstdev(tiers[tier] for tier in said) for said in whole) if whole else None,
        "alpha_ordinal": krippendorff_alpha([[TIERS.index(tier) for tier in said] for said in whole]),
    }


def _exchange(rated: Sequence[Rated], turned: Sequence[Assessment]) -> dict[str, Any]:
    straight = [one for one in rated if one.row.tier == TIERS[0]]
    pairs = [(one.tier, _opinion(said)) for one, said in zip(straight, turned, strict=True)]
    known = [(a, b) for a, b in pairs if a is not None and b is not None]
    return {"rows": len(known), "changed": sum(a != b for a, b in known) / len(known) if known else None}
