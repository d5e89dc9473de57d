"""Where accepted rows come from, and under which licence: a row is worth nothing that may not be used."""

from __future__ import annotations

from collections import Counter
from typing import Any

from wethink_plugins.synthesis.records import ItemRecord
from wethink_plugins.synthesis.report.outcome import Outcome
from wethink_plugins.synthesis.report.share import share


class Origins:
    """Items by source and licence of their image."""

    def __init__(self) -> None:
        self._kinds: dict[tuple[str, str], Counter[str]] = {}

    def add(self, item: ItemRecord, outcome: Outcome) -> None:
        image = item.draft.image
        kinds = self._kinds.setdefault((image.source, image.licence), Counter())
        kinds[outcome.kind] += 1
        kinds["closed"] += outcome.closed

    def figures(self) -> list[dict[str, Any]]:
        return [
            {
                "source": source,
                "licence": licence,
                "ended": kinds.total() - kinds["closed"],
                "accepted": kinds["accepted"],
                "accept_rate": share(kinds["accepted"], kinds["closed"]),
            }
            for (source, licence), kinds in sorted(self._kinds.items())
        ]
