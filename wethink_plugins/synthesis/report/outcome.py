"""What became of an item, the decisions at the end of its round included."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from wethink_plugins.synthesis.ledger import Ledger
from wethink_plugins.synthesis.records import ItemRecord

LATE = "near_duplicate"
"""Stage and reason of what is turned down when a round is closed."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`waiting`: through all stages, and its round isn't closed yet. `stage`, `reason`, `detail` are of a rejection.

    `closed`: its round is. In an open one what is rejected ends first, so shares of it would mislead.
    """

    kind: Literal["accepted", "rejected", "waiting"]
    stage: str = ""
    reason: str = ""
    detail: str = ""
    closed: bool = True


def outcomes(ledger: Ledger) -> Iterator[tuple[ItemRecord, Outcome]]:
    """All ended items in the run's order. What is written while it reads is waiting, whatever its round."""
    last = ledger.last_round()
    closed = -1 if last is None else last.round
    late = ledger.late()  # after the last round: what it has of later ones isn't looked at
    for item in ledger.items():
        yield item, _outcome(item, closed, late)


def _outcome(item: ItemRecord, last: int, late: dict[str, str]) -> Outcome:
    closed = item.round <= last
    if item.status == "rejected":
        return Outcome("rejected", item.stage, item.reason, item.detail, closed)
    if not closed:
        return Outcome("waiting", closed=False)
    return Outcome("rejected", LATE, LATE, late[item.item]) if item.item in late else Outcome("accepted")
