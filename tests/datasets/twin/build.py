"""Writes a twin: rows, images, archive parts if asked, and the key."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.datasets.twin.archive import write_parts
from tests.datasets.twin.healthy import near_misses
from tests.datasets.twin.planted import PLANTED
from tests.datasets.twin.questions import CHOICE, SPELLINGS, Record, good_row
from tests.datasets.twin.scene import Album, Scene, Variant

_SHARE = 0.0002  # of the rows, for each variant: 24 of 120,000
_FIRST = 0.4  # of the rows are good ones, to be repeated by duplicates further down
_BLANK_LINES = 0.001


@dataclass(frozen=True)
class Twin:
    """`defects`: line to defect name. `titles`: the same lines, and those of near misses, to what was planted there.

    `otherwise`: for lines whose defect only shows with a switch, what they are without it.
    """

    file: Path
    images: Path
    key: Path
    rows: int
    defects: dict[int, str]
    titles: dict[int, str]
    otherwise: dict[int, str]
    parts: tuple[Path, ...] = ()

    def found(self, sft: bool = False, lengths: bool = False) -> dict[int, str]:
        """Line to defect, as validation has to find them: `sft` with its switch, `lengths` with a model."""
        shows = {
            "missing_reasoning": sft,
            "method_against_type": not sft,
            "model_for_rule": not sft,
            "too_long": lengths,
        }
        names = {n: name if shows.get(name, True) else self.otherwise.get(n, "") for n, name in self.defects.items()}
        return {line: name for line, name in names.items() if name}


@dataclass(frozen=True)
class _Slot:
    name: str = ""
    variant: Variant | None = None


def make_twin(folder: Path, rows: int = 120_000, seed: int = 0, parts: bool = False) -> Twin:
    """Into a new folder; the same bytes for the same seed. ValueError for too few rows to hold one of each variant."""
    slots = _slots(rows, seed)
    folder.mkdir(parents=True)
    pool = folder / "pool"
    pool.mkdir()
    album = Album(folder / "images", pool)
    defects: dict[int, str] = {}
    titles: dict[int, str] = {}
    otherwise: dict[int, str] = {}
    file = folder / "wethink.jsonl"
    with file.open("wb") as lines:
        for number, data, name, variant in _lines(slots, seed, album):
            lines.write(data)
            if name:
                defects[number] = name
            if variant:
                titles[number] = variant.title
            if variant and variant.otherwise:
                otherwise[number] = variant.otherwise
    shutil.rmtree(pool)
    written = write_parts(album.folder, folder / "parts") if parts else ()
    key = folder / "key.json"
    content = {"rows": rows, "seed": seed, "defects": defects, "titles": titles, "otherwise": otherwise}
    key.write_text(json.dumps(content, indent=0) + "\n", encoding="utf-8")
    return Twin(file, album.folder, key, rows, defects, titles, otherwise, written)


def _slots(rows: int, seed: int) -> list[_Slot]:
    copies = max(1, round(rows * _SHARE))
    special = [_Slot(name, variant) for name, variants in PLANTED.items() for variant in variants]
    special = copies * (special + [_Slot("", variant) for variant in near_misses()])
    first = int(rows * _FIRST)
    if rows - first < len(special) or first < len(special):
        raise ValueError(f"{rows} rows are too few: there are {len(special)} variants; give at least 1000")
    rest = special + [_Slot()] * (rows - first - len(special))
    random.Random(seed).shuffle(rest)
    return [_Slot()] * first + rest


def _lines(slots: list[_Slot], seed: int, album: Album) -> Iterator[tuple[int, bytes, str, Variant | None]]:
    """(line, bytes, name of what is planted or "", how); blank lines count and are no rows."""
    dice, earlier, number = random.Random(seed + 1), [], 0
    for serial, slot in enumerate(slots, start=1):
        number += 1
        if serial > 1 and dice.random() < _BLANK_LINES:
            yield number, b"\n", "", None
            number += 1
        scene = Scene(dice, serial, earlier)
        record, data = _row(slot, scene)
        name = slot.name or _natural(record)
        if not slot.name and not slot.variant:
            _remember(record, scene, name)
            data = data or _encoded(record)
        _photograph(record, scene, album)
        yield number, (data or _encoded(record)) + b"\n", name, slot.variant


def _row(slot: _Slot, scene: Scene) -> tuple[Record, bytes | None]:
    if not slot.variant:
        return good_row(scene.dice, scene.serial), None
    record = good_row(scene.dice, scene.serial, slot.variant.kind)
    if slot.variant.options:
        record |= {"options": list(slot.variant.options), "answer": "A"}
    if slot.variant.kind == CHOICE:
        record["problem"] = record["problem"].partition("\n")[0]
    return record, slot.variant.change(record, scene)


def _natural(record: Record) -> str:
    """The published schema has no options: those of a choice stand in its problem's text."""
    is_choice = record.get("category") in SPELLINGS[CHOICE]
    return "options_in_problem" if is_choice and "options" not in record else ""


def _remember(record: Record, scene: Scene, name: str) -> None:
    """Some good rows have an id; duplicates are made of them."""
    if not name and scene.serial % 3 == 0:
        record["id"] = str(scene.serial)
        scene.earlier.append(dict(record))


def _photograph(record: Record, scene: Scene, album: Album) -> None:
    paths = record.get("image_path")
    for path in [paths] if isinstance(paths, str) else paths if isinstance(paths, list) else []:
        if path in scene.odd:
            if (data := scene.odd[path]) is not None:
                album.odd(path, data)
        elif _is_new(path, album):
            album.ordinary(path, scene.serial)


def _is_new(path: object, album: Album) -> bool:
    """Whether an ordinary picture belongs there; not at an address, at a folder, or where one is already."""
    named = isinstance(path, str) and "://" not in path and "\0" not in path and "." in path.rpartition("/")[2]
    return named and not (album.folder / path).exists()


def _encoded(record: Record) -> bytes:
    return json.dumps(record, ensure_ascii=True).encode()
