"""What validation has found so far, row by row."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wethink_plugins.datasets.kept import KeptRows
from wethink_plugins.datasets.rejects import Reject, Unknown
from wethink_plugins.errors import WeThinkError
from wethink_plugins.rows import Row, UnknownValue


class Findings:
    """Rows and rejects in the order they came; unknown spellings are gathered over the whole file."""

    def __init__(self) -> None:
        self.read = 0
        self.rows = KeptRows()
        self.rejects: list[Reject] = []
        self.judged = 0
        self.first_judged = ""
        self._repairs: Counter[str] = Counter()
        self._types: Counter[str] = Counter()
        self._methods: Counter[str] = Counter()
        self._unknown: dict[tuple[str, str], _Spelling] = {}

    def accept(self, row: Row, repairs: list[str]) -> None:
        self.rows.append(row)
        self._repairs.update(repairs)
        self._types[row.question_type] += 1
        self._methods[row.reward_method] += 1
        if row.needs_judge:
            self.judged += 1
            self.first_judged = self.first_judged or row.id

    def reject(self, line: int, row: str, record: Mapping[str, Any], error: WeThinkError) -> None:
        unknown = isinstance(error, UnknownValue)
        self.rejects.append(Reject(row, line, error.field or "", error.problem, error.fix, unknown))
        if isinstance(error, UnknownValue):
            first = _Spelling(error.kind, error.field or "", error.value, row)
            spelling = self._unknown.setdefault((error.kind, error.value), first)
            spelling.likely[_likely(error.kind, record)] += 1

    def unknown(self) -> tuple[Unknown, ...]:
        """One entry for each unknown spelling, the commonest first."""
        found = sorted(self._unknown.values(), key=lambda spelling: spelling.likely.total(), reverse=True)
        return tuple(spelling.unknown() for spelling in found)

    def counts(self) -> dict[str, Any]:
        return {
            "read": self.read,
            "accepted": len(self.rows),
            "rejected": len(self.rejects),
            "question_type": dict(sorted(self._types.items())),
            "reward_method": dict(sorted(self._methods.items())),
            "repairs": dict(sorted(self._repairs.items())),
        }


@dataclass
class _Spelling:
    """One that nobody knows; `likely` counts what its rows look as if they meant."""

    kind: str
    field: str
    value: str
    first_row: str
    likely: Counter[str] = field(default_factory=Counter)

    def unknown(self) -> Unknown:
        target = self.likely.most_common(1)[0][0]
        yaml = f"aliases: {{{self.kind}: {{{json.dumps(self.value)}: {target}}}}}"
        return Unknown(self.kind, self.field, self.value, self.likely.total(), self.first_row, yaml)


def _likely(kind: str, record: Mapping[str, Any]) -> str:
    """What the spelling probably means, for the line that the user checks and pastes."""
    from wethink_plugins.options import split_options
    from wethink_plugins.rewards.question import inferred_type

    if kind == "reward_method":
        return "auto"
    options = record.get("options") or split_options(str(record.get("problem") or ""))[1]
    return inferred_type(str(record.get("answer") or ""), options)
