"""Whether the run changes while it goes on: the same figures of each round."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from wethink_plugins.synthesis.config import Mix
from wethink_plugins.synthesis.records import ItemRecord
from wethink_plugins.synthesis.report.mix import _scaled, distance, made_of
from wethink_plugins.synthesis.report.outcome import LATE, Outcome
from wethink_plugins.synthesis.report.spending import Spent


@dataclass(slots=True)
class _Round:
    kinds: Counter[str] = field(default_factory=Counter)
    open: int = 0
    late: int = 0
    compared: int = 0
    agreed: int = 0
    abilities: Counter[str] = field(default_factory=Counter)
    characters: int = 0
    spent: Spent = field(default_factory=Spent)

    def plus(self, other: _Round) -> None:
        self.kinds += other.kinds
        self.abilities += other.abilities
        self.spent.plus(other.spent)
        for name in ("open", "late", "compared", "agreed", "characters"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


class Drift:
    """One line a round; several together where there are more than `most`."""

    def __init__(self, wanted: Mix, most: int = 200) -> None:
        self._wanted, self._most = _scaled(wanted.abilities), most
        self._rounds: dict[int, _Round] = {}

    def add(self, item: ItemRecord, outcome: Outcome, spent: Spent) -> None:
        found = self._rounds.setdefault(item.round, _Round())
        found.kinds[outcome.kind] += 1
        found.open += not outcome.closed
        found.late += outcome.stage == LATE
        found.spent.plus(spent)
        if item.draft.agreement is not None:
            found.compared += 1
            found.agreed += item.draft.agreement.agree
        if outcome.kind == "accepted":
            found.abilities[made_of(item, self._wanted)["abilities"]] += 1
            found.characters += len(item.draft.cot)

    def figures(self) -> list[dict[str, Any]]:
        """`off_mix`: of the ability combinations, this line's rows alone. `cot` is a mean in characters."""
        width = max(1, -(-len(self._rounds) // self._most))
        numbers = sorted(self._rounds)
        return [self._line(numbers[start : start + width]) for start in range(0, len(numbers), width)]

    def _line(self, numbers: Sequence[int]) -> dict[str, Any]:
        total = _Round()
        for number in numbers:
            total.plus(self._rounds[number])
        ended, accepted = total.kinds.total(), total.kinds["accepted"]
        spent = total.spent.figures()
        return {
            "round": numbers[0], "last": numbers[-1], "ended": ended, "accepted": accepted,
            "closed": not total.open, "near_duplicates": total.late,
            "accept_rate": None if total.open or not ended else accepted / ended,
            "compared": total.compared, "agreed": total.agreed,
            "agreement": total.agreed / total.compared if total.compared else None,
            "off_mix": distance(self._wanted, total.abilities),
            "cot": total.characters / accepted if accepted else None,
            "usd_per_item": spent["usd"] / ended if spent["usd"] is not None and ended else None,
            "tokens_per_item": (total.spent.prompt_tokens + total.spent.completion_tokens) / ended if ended else None,
        }  # fmt: skip
