"""Training and validation rows without a picture in common.

A picture is its bytes: the same file under another path counts as the same one. (The same picture in another size or
encoding doesn't; `wethink data contamination` finds those.) Rows that share a picture, directly or through others, stay
together as a group. Groups are drawn by a hash of their rows' ids, so the order of the rows doesn't matter; question
types and sources get their shares as far as whole groups allow.
"""

from __future__ import annotations

import hashlib
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload

from wethink_plugins.datasets.same_files import same_files
from wethink_plugins.errors import WeThinkError
from wethink_plugins.rows import Row

SIDES = ("train", "val")
Stratum = tuple[str, str]


class Chosen(Sequence[Row]):
    """Some of the rows, read anew each time; each says on which side it is."""

    def __init__(self, rows: Sequence[Row], places: array[int], side: str) -> None:
        self._rows, self._places, self._side = rows, places, side

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Row, ...]: ...
    def __getitem__(self, place: int | slice) -> Row | tuple[Row, ...]:
        if isinstance(place, slice):
            return tuple(map(self._row, self._places[place]))
        return self._row(self._places[place])

    def __iter__(self) -> Iterator[Row]:
        return map(self._row, self._places)

    def _row(self, place: int) -> Row:
        return self._rows[place].model_copy(update={"split": self._side})


@dataclass(frozen=True)
class Split:
    """`figures`, for the manifest: rows and pictures a side, groups, and rows by type and source with what was wanted."""

    train: Chosen
    val: Chosen
    figures: dict[str, Any]


def split_by_image(rows: Sequence[Row], share: float | None = None, count: int | None = None, seed: int = 0) -> Split:
    """About `share` of the rows (between 0 and 1), or `count`, as validation rows, drawn by `seed`; fewer where groups of
    rows are too large to fit. Rows with a picture in common stay on one side.

    WeThinkError when that many can't be taken out, when a row names its split already, or for an unreadable picture.
    """
    wanted = _wanted(len(rows), share, count)
    table = _Table(rows)
    groups = _groups(table)
    chosen = _draw(table, groups, wanted, seed)
    if not any(chosen):
        raise WeThinkError(
            f"no group of rows with pictures in common is as small as {wanted}", fix="ask for more validation rows"
        )
    sides = {side: array("Q", (i for i in range(len(rows)) if chosen[i] == (side == "val"))) for side in SIDES}
    if not sides["train"]:
        raise WeThinkError("no row would be left to train on", fix="ask for fewer validation rows")
    figures = _figures(table, groups, chosen, wanted)
    train, val = (Chosen(rows, sides[side], side) for side in SIDES)
    return Split(train, val, figures)


def _wanted(rows: int, share: float | None, count: int | None) -> int:
    if (share is None) == (count is None):
        raise WeThinkError("give either a share or a number of validation rows")
    if share is not None and not 0 < share < 1:
        raise WeThinkError(f"{share} is no share", fix="give a number between 0 and 1, as 0.02", field="val-share")
    wanted = max(1, round(rows * share)) if share is not None else count or 0
    if not 0 < wanted < rows:
        raise WeThinkError(f"{wanted} of {rows} rows can't be validation rows", fix="leave some on each side")
    return wanted


class _Table:
    """What the split needs of each row, in arrays: its stratum, its pictures (as numbers of contents), its id's hash."""

    def __init__(self, rows: Sequence[Row]) -> None:
        names: dict[Stratum, int] = {}
        files: dict[str, int] = {}
        self.stratum, self.ends, self.ids = array("Q"), array("Q"), bytearray()
        pictures = array("Q")
        for row in rows:
            _refuse_named(row)
            self.stratum.append(names.setdefault((row.question_type, row.source), len(names)))
            pictures.extend(files.setdefault(file, len(files)) for file in row.image_files)
            self.ends.append(len(pictures))
            self.ids += hashlib.blake2b(row.id.encode(), digest_size=16).digest()
        self.names = list(names)
        same = same_files(list(files))
        self._pictures = array("Q", (same[number] for number in pictures))
        self.files = len(files)
        self.doubles = sum(place != first for place, first in enumerate(same))

    def __len__(self) -> int:
        return len(self.stratum)

    def pictures(self, row: int) -> array[int]:
        return self._pictures[self.ends[row - 1] if row else 0 : self.ends[row]]

    def id(self, row: int) -> bytes:
        return bytes(self.ids[16 * row : 16 * row + 16])


def _refuse_named(row: Row) -> None:
    if row.split not in (None, "train"):
        raise WeThinkError(
            f"names its split already: {row.split}",
            fix="leave out --val-share and --val-rows, or take the field away",
            row=row.id,
            field="split",
        )


def _groups(table: _Table) -> list[array[int]]:
    """Rows that pictures connect. A row without one is a group of its own."""
    parent = array("Q", range(table.files))

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = number = parent[parent[number]]
        return number

    for row in range(len(table)):
        first, *others = table.pictures(row) or (0,)
        for other in others:
            parent[root(other)] = root(first)
    connected: dict[int, array[int]] = {}
    for row in range(len(table)):
        own = table.pictures(row)
        key = root(own[0]) if own else -1 - row
        connected.setdefault(key, array("Q")).append(row)
    return list(connected.values())


def _draw(table: _Table, groups: list[array[int]], wanted: int, seed: int) -> bytearray:
    """1 for each row that is drawn. First groups that fit into every share, then any that has room in all."""
    chosen, left, room = bytearray(len(table)), _shares(Counter(table.stratum), wanted, table), wanted
    waiting = sorted(groups, key=lambda group: _lot(table, group, seed))
    for fits in (_fits, _lacks_some, _any):
        passed = []
        for group in waiting:
            if len(group) <= room and fits(own := Counter(table.stratum[row] for row in group), left):
                left.subtract(own)
                room -= len(group)
                for row in group:
                    chosen[row] = 1
            else:
                passed.append(group)
        waiting = passed
    return chosen


def _fits(own: Mapping[int, int], left: Mapping[int, int]) -> bool:
    return all(count <= left[stratum] for stratum, count in own.items())


def _lacks_some(own: Mapping[int, int], left: Mapping[int, int]) -> bool:
    return any(left[stratum] > 0 for stratum in own)


def _any(own: Mapping[int, int], left: Mapping[int, int]) -> bool:
    return True


def _lot(table: _Table, group: Iterable[int], seed: int) -> bytes:
    """Of the row whose id comes first, so that neither the rows' order nor the size of a group matters."""
    return hashlib.blake2b(min(map(table.id, group)), digest_size=16, key=str(seed).encode()).digest()


def _shares(rows: Counter[int], wanted: int, table: _Table) -> Counter[int]:
    """Whole rows a stratum, `wanted` in all: the largest remainders are rounded up."""
    total = sum(rows.values())
    shares = Counter({stratum: count * wanted // total for stratum, count in rows.items()})
    rest = sorted(rows, key=lambda stratum: (-(rows[stratum] * wanted % total), table.names[stratum]))
    shares.update(rest[: wanted - sum(shares.values())])
    return shares


def _figures(table: _Table, groups: list[array[int]], chosen: bytearray, wanted: int) -> dict[str, Any]:
    rows, asked = Counter(table.stratum), _shares(Counter(table.stratum), wanted, table)
    taken = Counter(table.stratum[row] for row in range(len(table)) if chosen[row])
    pictures = [
        {number for row in range(len(table)) if chosen[row] == side for number in table.pictures(row)}
        for side in (0, 1)
    ]
    strata = sorted(range(len(table.names)), key=table.names.__getitem__)
    return {
        "wanted": wanted,
        "rows": {"train": len(table) - sum(chosen), "val": sum(chosen)},
        "images": {"train": len(pictures[0]), "val": len(pictures[1]), "both": len(pictures[0] & pictures[1])},
        "same_image_elsewhere": table.doubles,
        "groups": len(groups),
        "largest_group": max(map(len, groups)),
        "strata": [
            {
                "question_type": table.names[s][0],
                "source": table.names[s][1],
                "train": rows[s] - taken[s],
                "val": taken[s],
                "wanted": asked[s],
            }
            for s in strata
        ],
    }
