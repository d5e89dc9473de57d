"""The spellings that a file uses for its closed lists, as they are met."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wethink_plugins.config import Aliases
from wethink_plugins.datasets.rejects import Unknown
from wethink_plugins.vocabulary import read_question_type, read_reward_method

# Chosen: a field with more spellings than this is no closed list, and the rest is counted together.
_DISTINCT, _LONGEST = 500, 80
_REST = "(others)"
_READERS = {"category": ("question_type", read_question_type), "reward": ("reward_method", read_reward_method)}


@dataclass(frozen=True)
class Met:
    """`meaning`: what it is read as, empty where nobody knows or the field is free. `likely`, `yaml`: as of `Unknown`."""

    field: str
    value: str
    rows: int
    meaning: str = ""
    likely: str = ""
    yaml: str = ""


class Values:
    """Counts values of category, reward and abilities over all records, rejected ones too."""

    def __init__(self) -> None:
        self._rows: dict[str, Counter[str]] = {field: Counter() for field in ("category", "reward", "abilities")}

    def add(self, record: Mapping[str, Any]) -> None:
        for field, counted in self._rows.items():
            for value in _parts(record.get(field), field):
                counted[value if value in counted or len(counted) < _DISTINCT else _REST] += 1

    def met(self, aliases: Aliases, unknown: Sequence[Unknown]) -> tuple[Met, ...]:
        """The commonest of each field first."""
        guesses = {(one.field, one.value[:_LONGEST]): (one.likely, one.yaml) for one in unknown if one.value}
        return tuple(
            Met(field, value, rows, _meaning(field, value, aliases), *guesses.get((field, value), ()))
            for field, counted in self._rows.items()
            for value, rows in sorted(counted.items(), key=lambda item: (-item[1], item[0]))
        )


def _parts(value: Any, field: str) -> set[str]:
    if field != "abilities":
        return {str(value or "").strip()[:_LONGEST]}
    parts = re.split(r"[,;]", value) if isinstance(value, str) else value if isinstance(value, list | tuple) else ()
    return {text for part in parts if (text := str(part).strip()[:_LONGEST])}


def _meaning(field: str, value: str, aliases: Aliases) -> str:
    if field not in _READERS:
        return ""
    if field == "reward" and not value:
        return "auto"
    name, read = _READERS[field]
    return read(value, getattr(aliases, name)) or ""
