"""What the plans of the rounds could not give, and what a run did to the set that it extends."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from wethink_plugins.synthesis.growing.growth import FILE
from wethink_plugins.synthesis.records import RoundRecord
from wethink_plugins.synthesis.run import RunFolder

Figures = dict[str, Any]


def notes_of(rounds: Iterable[RoundRecord]) -> list[Figures]:
    """Each note with the rounds whose plan has it, `first` to `last`; the same one again after a break is another."""
    found: list[Figures] = []
    for record in rounds:
        planned = record.round + 1
        for note in record.notes:
            going_on = next((one for one in found if one["note"] == note and one["last"] == planned - 1), None)
            if going_on:
                going_on["last"] = planned
            else:
                found.append({"first": planned, "last": planned, "note": note})
    return found


def growth_of(run: RunFolder) -> Figures | None:
    """What stands in `diversity.json`; None where the run extends nothing, or hasn't written it so far."""
    if not run.extends:
        return None
    try:
        value = json.loads((run.folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) else None
