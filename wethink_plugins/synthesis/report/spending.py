"""What the calls of ended items cost, by stage, role and model. What was paid in all is in `calls`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from wethink_plugins.synthesis.records import CallRecord, ItemRecord
from wethink_plugins.synthesis.report.seen import Seen


@dataclass(slots=True)
class Spent:
    """`records`: calls that items rest on; `calls`: different ones among them, which alone were paid for.

    `reasked`: were made since the reply before had not the form. `invalid`: have it not. `priced`: what they cost is known.
    """

    records: int = 0
    calls: int = 0
    reasked: int = 0
    invalid: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    usd: float = 0.0
    refused: int = 0
    priced: int = 0

    def add(self, call: CallRecord, new: bool) -> None:
        self.records += 1
        if new:
            self.calls += 1
            self.reasked += call.attempt > 0
            self.invalid += bool(call.invalid)
            self.prompt_tokens += call.prompt_tokens
            self.completion_tokens += call.completion_tokens
            self.usd += call.usd or 0.0
            self.priced += call.usd is not None
            self.refused += call.finish_reason.startswith("refused:")

    def plus(self, other: Spent) -> None:
        for field in fields(self):
            setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))

    def figures(self) -> dict[str, Any]:
        """`usd` None: no call has a price, so nothing is known."""
        found = {field.name: getattr(self, field.name) for field in fields(self)}
        return {**found, "usd": self.usd if self.priced else None}


class Spending:
    """A call that several items share is counted where it was met first, in the run's order."""

    def __init__(self, stages: Iterable[str]) -> None:
        self._seen = Seen()
        self._stages: dict[str, Spent] = {name: Spent() for name in stages}
        self._models: dict[str, Spent] = {}

    def add(self, item: ItemRecord) -> Spent:
        """What this item cost."""
        total = Spent()
        for call in item.draft.calls:
            new = self._seen.add(f"{call.key} {call.model}")
            for spent in (
                self._stages.setdefault(call.stage, Spent()),
                self._models.setdefault(call.model, Spent()),
                total,
            ):
                spent.add(call, new)
        return total

    def figures(self, accepted: int) -> dict[str, Any]:
        """`per_accepted` is that of all ended items, rejected ones too: what a row costs, not what its own calls cost."""
        total = Spent()
        for spent in self._models.values():
            total.plus(spent)
        everything = total.figures()
        tokens = total.prompt_tokens + total.completion_tokens
        return {
            "all": everything,
            "stages": [{"stage": name, **spent.figures()} for name, spent in self._stages.items()],
            "models": [{"model": name, **spent.figures()} for name, spent in sorted(self._models.items())],
            "per_accepted": {
                "usd": everything["usd"] / accepted if accepted and everything["usd"] is not None else None,
                "tokens": tokens / accepted if accepted else None,
                "calls": total.calls / accepted if accepted else None,
            },
        }
