"""What validation has found so far, row by row."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from wethink_plugins.datasets.rejects import Reject, Unknown
from wethink_plugins.errors import WeThinkError
from wethink_plugins.rows import Row, UnknownValue


class Findings:
    """Rows and rejects in the order they came; unknown spellings are gathered over the whole file."""

    def __init__(self) -> None:
        self.read = 0
        self.rows: list[Row] = []
        self.rejects: list[Reject] = []
        self._repairs: Counter[str] = Counter()
        self._unknown: dict[tuple[str, str], list[tuple[str, UnknownValue, str]]] = defaultdict(list)

    def accept(self, row: Row, repairs: list[str]) -> None:
        self.rows.append(row)
        self._repairs.update(repairs)

    def reject(self, line: int, row: str, record: Mapping[str, Any], error: WeThinkError) -> None:
        unknown = isinstance(error, UnknownValue)
        self.rejects.append(Reject(row, line, error.field or "", error.problem, error.fix, unknown))
        if isinstance(error, UnknownValue):
            self._unknown[error.kind, error.value].append((row, error, _likely(error.kind, record)))

    def unknown(self) -> tuple[Unknown, ...]:
        """One entry for each unknown spelling, the commonest first."""
        found = sorted(self._unknown.values(), key=len, reverse=True)
        return tuple(_unknown(rows) for rows in found)

    def counts(self) -> dict[str, Any]:
        return {
            "read": self.read,
            "accepted": len(self.rows),
            "rejected": len(self.rejects),
            "question_type": dict(sorted(Counter(row.question_type for row in self.rows).items())),
            "reward_method": dict(sorted(Counter(row.reward_method for row in self.rows).items())),
            "repairs": dict(sorted(self._repairs.items())),
        }


def _unknown(rows: list[tuple[str, UnknownValue, str]]) -> Unknown:
    first_row, error, _ = rows[0]
    target = Counter(likely for _, _, likely in rows).most_common(1)[0][0]
    yaml = f"aliases: {{{error.kind}: {{{json.dumps(error.value)}: {target}}}}}"
    return Unknown(error.kind, error.field or "", error.value, len(rows), first_row, yaml)


def _likely(kind: str, record: Mapping[str, Any]) -> str:
    """What the spelling probably means, for the line that the user checks and pastes."""
    from wethink_plugins.options import split_options
    from wethink_plugins.rewards.question import inferred_type

    if kind == "reward_method":
        return "auto"
    options = record.get("options") or split_options(str(record.get("problem") or ""))[1]
    return inferred_type(str(record.get("answer") or ""), options)
