"""What a file is made of: counted row by row while it is validated, without keeping rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from wethink_plugins.datasets.lengths import Lengths
from wethink_plugins.datasets.names import LIMIT, OTHERS, Names
from wethink_plugins.datasets.rejects import Reject
from wethink_plugins.rows import Row
from wethink_plugins.vocabulary import fold

NO_IMAGE, NO_FOLDER, NO_ABILITY, NO_RECORD = "(no image)", "(no folder)", "(none)", "(lines that are no rows)"
TEXTS = ("problem", "answer", "reasoning")
_TOGETHER = 12  # abilities of one row that are looked at


class Composition:
    """An observer of `validate`. All counts are of accepted rows, but for `rejects`: (source, kind) of the others.

    Names of sources are as written; abilities that differ in case, blanks and hyphens are one. `combinations` are of
    abilities that stand together, whatever their order. Lengths are in characters, sides in pixels.
    """

    def __init__(self) -> None:
        self.rows: Counter[tuple[str, str]] = Counter()
        self.rejects: Counter[tuple[str, str]] = Counter()
        self.methods: Counter[tuple[str, str]] = Counter()
        self.abilities: Counter[tuple[str, str]] = Counter()
        self.combinations: Counter[str] = Counter()
        self.lengths = {name: Lengths() for name in TEXTS}
        self.images_a_row = Lengths()
        self.long_side, self.short_side = Lengths(), Lengths()
        self.sizes: Counter[tuple[int, int] | str] = Counter()
        self._source, self._ability, self._together = Names(), Names(fold), Names()

    def accepted(self, row: Row, sizes: tuple[tuple[int, int], ...]) -> None:
        """(source, question type) into `rows`, and so on."""
        self.rows[self._source(source_of(row.source, row.image_path)), row.question_type] += 1
        self.methods[row.question_type, row.reward_method] += 1
        self._count_abilities(row)
        for name, text in zip(TEXTS, (row.problem, row.answer, row.refined_cot or row.response), strict=True):
            self.lengths[name].add(len(text or ""))
        self.images_a_row.add(len(row.image_path))
        for size in sizes:
            self._count_size(size)

    def rejected(self, reject: Reject, record: Mapping[str, Any]) -> None:
        self.rejects[self._source(_source_of_record(record)), reject.kind] += 1

    def by_source(self) -> Counter[str]:
        """Accepted rows by source."""
        return _summed(self.rows, 0)

    def by_type(self) -> Counter[str]:
        """Accepted rows by question type."""
        return _summed(self.rows, 1)

    def rejected_by_source(self) -> Counter[str]:
        return _summed(self.rejects, 0)

    def _count_abilities(self, row: Row) -> None:
        names = sorted({self._ability(name) for name in row.abilities[:_TOGETHER]}) or [NO_ABILITY]
        for name in names:
            self.abilities[row.question_type, name] += 1
        self.combinations[self._together(" + ".join(names))] += 1

    def _count_size(self, size: tuple[int, int]) -> None:
        self.long_side.add(max(size))
        self.short_side.add(min(size))
        self.sizes[size if size in self.sizes or len(self.sizes) < LIMIT else OTHERS] += 1


def source_of(named: str, paths: Sequence[str]) -> str:
    """As validation understands it: what the row names, else the first folder of its first image."""
    return named or (NO_FOLDER if paths else NO_IMAGE)


def _source_of_record(record: Mapping[str, Any]) -> str:
    """Of a record that nobody could read, perhaps."""
    if not record:
        return NO_RECORD
    named, paths = record.get("source"), record.get("image_path")
    first = paths[0] if isinstance(paths, list | tuple) and paths else paths
    if isinstance(named, str) and named.strip():
        return named.strip()
    if not isinstance(first, str) or not first.strip():
        return NO_IMAGE
    parts = PurePosixPath(first.strip()).parts
    return parts[0] if len(parts) > 1 and parts[0] not in ("/", "..") and ":" not in parts[0] else NO_FOLDER


def _summed(counts: Counter[tuple[str, str]], place: int) -> Counter[str]:
    total: Counter[str] = Counter()
    for key, rows in counts.items():
        total[key[place]] += rows
    return total
