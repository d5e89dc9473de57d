"""Whether a judge keeps its verdict when asked again, and when the answer changes in form only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wethink_plugins.config import WeThinkConfig
from wethink_plugins.rewards.assess import Assessment
from wethink_plugins.rewards.judge import Judge
from wethink_plugins.rewards.judge.batch import Query, ask_all
from wethink_plugins.rewards.judge.edits import EDITS
from wethink_plugins.rewards.judge.labelled import LabelledRow

AGAIN = "asked again"


def stability(judge: Judge, config: WeThinkConfig, rows: Sequence[LabelledRow], repeats: int = 3) -> dict[str, Any]:
    """For asking again and for each edit: rows with both verdicts, share changed, mean change of what is paid.

    An edit that leaves an answer as it is (nothing to reorder) doesn't count for that row.
    """
    queries = {AGAIN: [_query(row, row.answer, f"repeat-{n}") for row in rows for n in range(1, repeats)]}
    for name, edit in EDITS.items():
        queries[name] = [_query(row, edit(row.answer)) for row in rows if edit(row.answer) != row.answer]
    every = [_query(row, row.answer) for row in rows] + [one for many in queries.values() for one in many]
    said = ask_all(judge, config, every)
    first = dict(zip((row.id for row in rows), said, strict=False))
    lines, place = [], len(rows)
    for name, many in queries.items():
        lines.append(_line(name, many, said[place : place + len(many)], first, config))
        place += len(many)
    return {
        "judge": str(getattr(judge, "name", type(judge).__name__)),
        "config": config.digest(),
        "rows": len(rows),
        "calls": len(every),
        "no_opinion": sum(_tier(one) is None for one in said),
        "unscored": sum(one.status == "unscored" for one in said),
        "cause": _cause(said),
        "edits": lines,
    }


def _cause(said: Sequence[Assessment]) -> str | None:
    """Of the first that is unscored, else of the first without an opinion."""
    lost = sorted((one for one in said if _tier(one) is None), key=lambda one: one.status != "unscored")
    return lost[0].reason if lost else None


def _line(
    name: str, queries: Sequence[Query], said: Sequence[Assessment], first: dict[str, Assessment], config: WeThinkConfig
) -> dict[str, Any]:
    tiers = config.judge.tiers
    both = [
        (one, _tier(first[one.id]), _tier(verdict))
        for one, verdict in zip(queries, said, strict=True)
        if _tier(first[one.id]) is not None and _tier(verdict) is not None
    ]
    changed = [(one, str(a), str(b)) for one, a, b in both if a != b]
    return {
        "edit": name,
        "asked": len(queries),
        "compared": len(both),
        "changed": len(changed) / len(both) if both else None,
        "paid_more": sum(tiers[str(b)] - tiers[str(a)] for _, a, b in both) / len(both) if both else None,
        "examples": [{"id": one.id, "answer": one.answer, "before": a, "after": b} for one, a, b in changed[:5]],
    }


def _query(row: LabelledRow, answer: str, salt: str = "") -> Query:
    return Query(row.id, row.question, row.reference, answer, salt)


def _tier(said: Assessment) -> str | None:
    return said.tier if said.status == "scored" else None
