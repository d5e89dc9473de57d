"""What the accepted rows are made of, against what the YAML wants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping
from typing import Any

from wethink_plugins.synthesis.abilities import counts_as
from wethink_plugins.synthesis.config import Mix
from wethink_plugins.synthesis.records import ItemRecord
from wethink_plugins.synthesis.report.outcome import Outcome
from wethink_plugins.synthesis.report.share import share
from wethink_plugins.synthesis.report.traits import NONE, combination, domain_of, ordered, type_of

KINDS = ("abilities", "question_types", "domains")
_DOMAINS = 40


class Mixture:
    """Counts of accepted and ended items of each kind, and how often a checker found what was asked for."""

    def __init__(self, wanted: Mix) -> None:
        self._wanted = {kind: _scaled(getattr(wanted, kind)) for kind in KINDS}
        self._accepted: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
        self._asked: dict[str, Counter[str]] = {kind: Counter() for kind in ("abilities", "question_types")}
        self._checked: Counter[str] = Counter()
        self._found: Counter[str] = Counter()

    def add(self, item: ItemRecord, outcome: Outcome) -> None:
        target = item.draft.target
        if target is not None:
            self._asked["abilities"][combination(target.abilities)] += 1
            self._asked["question_types"][target.question_type] += 1
            self._check(item)
        if outcome.kind == "accepted":
            for kind, value in made_of(item, self._wanted["abilities"]).items():
                self._accepted[kind][value] += 1

    def figures(self) -> dict[str, Any]:
        """Kind -> `distance` (see `distance`, None where nothing is wanted) and one line a value."""
        return {
            **{kind: self._kind(kind) for kind in KINDS},
            "ability_checks": [
                {"ability": name, "confirmed": share(self._found[name], number)}
                for name, number in self._checked.most_common()
            ],
        }

    def _check(self, item: ItemRecord) -> None:
        """The last checker that was asked for abilities has the word, whether the item passed or not."""
        named = [check.abilities for check in item.draft.checks if check.abilities is not None]
        if named and item.draft.target is not None:
            asked = ordered(item.draft.target.abilities)
            self._checked.update(asked)
            self._found.update(set(asked) & set(named[-1]))

    def _kind(self, kind: str) -> dict[str, Any]:
        wanted, accepted, asked = self._wanted[kind], self._accepted[kind], self._asked.get(kind)
        total = accepted.total()
        others = [name for name, _ in accepted.most_common() if name not in wanted]
        others += [name for name in asked or () if name not in wanted and name not in accepted]
        names = [*wanted, *(others[:_DOMAINS] if kind == "domains" else others)]
        return {
            "distance": distance(wanted, accepted),
            "values": [
                {"name": name, "wanted": wanted.get(name, 0.0 if wanted else None), "accepted": share(accepted[name], total),
                 "asked": asked[name] if asked is not None else None}
                for name in names
            ],
            "unlisted": total - sum(accepted[name] for name in names),
        }  # fmt: skip


def made_of(item: ItemRecord, wanted: Container[str]) -> dict[str, str]:
    """Kind -> value of an accepted item, as steering counts it. `wanted`: the combinations of the mix."""
    asked = item.draft.target.abilities if item.draft.target else ()
    return {
        "abilities": counts_as(item.draft.abilities or asked, asked, wanted) or NONE,
        "question_types": type_of(item),
        "domains": domain_of(item),
    }


def distance(wanted: Mapping[str, float], counts: Mapping[str, int]) -> float | None:
    """Share of the rows that would have to be others, in [0, 1]: half the sum of the differences of the shares."""
    total = sum(counts.values())
    if not total or not wanted:
        return None
    names = {*wanted, *counts}
    return sum(abs(wanted.get(name, 0.0) - counts.get(name, 0) / total) for name in names) / 2


def _scaled(weights: Mapping[str, float]) -> dict[str, float]:
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()} if total else {}
