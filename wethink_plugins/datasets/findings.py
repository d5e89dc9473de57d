"""What validation has found so far, row by row."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wethink_plugins.datasets.defects import DEFECTS
from wethink_plugins.datasets.kept import KeptRows
from wethink_plugins.datasets.rejects import Reject, Unknown
from wethink_plugins.datasets.values import Values
from wethink_plugins.errors import WeThinkError
from wethink_plugins.rows import Row, UnknownValue

_EXAMPLES, _SHOWN = 5, 200


@dataclass(frozen=True)
class Found:
    """A repair that was made or a note, in one row: `text` is what stood there before."""

    name: str
    field: str
    text: str


@dataclass(frozen=True)
class Example:
    """One row that has a defect. `text`: why it is rejected, or what stood there; at most 200 characters."""

    line: int
    row: str
    field: str
    text: str


class Findings:
    """Rows and rejects in the order they came; defects counted by name, unknown spellings over the whole file."""

    def __init__(self) -> None:
        self.read = self.removed = 0
        self.sources: Counter[str] = Counter()
        self.values = Values()
        self.rows = KeptRows()
        self.rejects: list[Reject] = []
        self._examples: dict[str, list[Example]] = {}
        self.judged = 0
        self.first_judged = ""
        self._defects: Counter[str] = Counter()
        self._types: Counter[str] = Counter()
        self._methods: Counter[str] = Counter()
        self._unknown: dict[tuple[str, str], _Spelling] = {}

    def accept(self, line: int, row: Row, found: Sequence[Found]) -> None:
        """`found`: the repairs made in the row, and the notes about it; each name counts once."""
        self.rows.append(row)
        for name, one in {one.name: one for one in reversed(found)}.items():
            self._count(name, Example(line, row.id, one.field, one.text[:_SHOWN]))
        self._types[row.question_type] += 1
        self._methods[row.reward_method] += 1
        self.sources[row.source] += bool(row.source)
        if row.needs_judge:
            self.judged += 1
            self.first_judged = self.first_judged or row.id

    def reject(self, line: int, row: str, record: Mapping[str, Any], error: WeThinkError) -> Reject:
        reject = Reject(row, line, error.defect, error.field or "", error.problem, error.fix)
        self.rejects.append(reject)
        self._count(reject.kind, Example(line, row, reject.field, reject.reason[:_SHOWN]))
        if isinstance(error, UnknownValue):
            first = _Spelling(error.kind, error.field or "", error.value, row)
            spelling = self._unknown.setdefault((error.kind, error.value), first)
            spelling.likely[_likely(error.kind, record)] += 1
        return reject

    def unknown(self) -> tuple[Unknown, ...]:
        """One entry for each unknown spelling, the commonest first."""
        found = sorted(self._unknown.values(), key=lambda spelling: spelling.likely.total(), reverse=True)
        return tuple(spelling.unknown() for spelling in found)

    def examples(self) -> dict[str, tuple[Example, ...]]:
        """The first rows of each defect, in the order of the list."""
        return {name: tuple(self._examples[name]) for name in DEFECTS if name in self._examples}

    def counts(self) -> dict[str, Any]:
        """`defects`: rows by name of the defect, in the order of the list; `repairs`: those of them that were made."""
        defects = {name: self._defects[name] for name in DEFECTS if self._defects[name]}
        return {
            "read": self.read,
            "accepted": len(self.rows),
            "rejected": len(self.rejects),
            **({"removed": self.removed} if self.removed else {}),
            "need_judge": self.judged,
            "question_type": dict(sorted(self._types.items())),
            "reward_method": dict(sorted(self._methods.items())),
            "defects": defects,
            "repairs": {name: rows for name, rows in defects.items() if DEFECTS[name].action == "repair"},
        }

    def _count(self, name: str, example: Example) -> None:
        self._defects[name] += 1
        kept = self._examples.setdefault(name, [])
        if len(kept) < _EXAMPLES:
            kept.append(example)


@dataclass
class _Spelling:
    """One that nobody knows; `likely` counts what its rows look as if they meant."""

    kind: str
    field: str
    value: str
    first_row: str
    likely: Counter[str] = dataclasses.field(default_factory=Counter)

    def unknown(self) -> Unknown:
        target = self.likely.most_common(1)[0][0]
        yaml = f"aliases: {{{self.kind}: {{{json.dumps(self.value)}: {target}}}}}"
        return Unknown(self.kind, self.field, self.value, self.likely.total(), self.first_row, target, yaml)


def _likely(kind: str, record: Mapping[str, Any]) -> str:
    """What the spelling probably means, for the line that the user checks and pastes."""
    from wethink_plugins.options import split_options
    from wethink_plugins.rewards.question import inferred_type

    if kind == "reward_method":
        return "auto"
    options = record.get("options") or split_options(str(record.get("problem") or ""))[1]
    return inferred_type(str(record.get("answer") or ""), options)
