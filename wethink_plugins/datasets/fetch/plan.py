"""Which entries of the archive go where, and which paths of the rows lead to none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from wethink_plugins.datasets.fetch.directory import Directory
from wethink_plugins.datasets.fetch.entry import Entry
from wethink_plugins.datasets.fetch.lines import images_of, read_lines
from wethink_plugins.datasets.fetch.paths import folders_of, inside


class Image(NamedTuple):
    """`target` is below the folder of the images, as the rows name it."""

    target: str
    entry: Entry


@dataclass
class Plan:
    """`images` in the archive's order; `lost`: path as a row writes it -> reason."""

    images: list[Image]
    lost: dict[str, str]
    targets: dict[str, str]


@dataclass
class Named:
    """What the rows name: path as written -> safe path, or the reason why there is none."""

    rows: int = 0
    unreadable: int = 0
    targets: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)


def named_images(rows: Path) -> Named:
    found = Named()
    for line in read_lines(rows):
        found.rows += 1
        found.unreadable += line.record is None
        for path in images_of(line.record or {}):
            if path not in found.targets and path not in found.refused:
                _name(path, found)
    return found


def make_plan(named: Named, directory: Directory, case_matters: bool) -> Plan:
    """`case_matters`: whether the disk keeps `a.jpg` and `A.jpg` apart."""
    directory.align(named.targets.values())
    lost, images = dict(named.refused), {}
    clashes = _clashes(named.targets.values(), case_matters)
    for path, target in named.targets.items():
        entry = directory.find(target)
        reason = clashes.get(target) or _fault(entry, directory, target)
        if reason:
            lost[path] = reason
        elif entry is not None:
            images[target] = Image(target, entry)
    return Plan(sorted(images.values(), key=lambda image: image.entry.start), lost, named.targets)


def shard_of(images: Sequence[Image], number: int, count: int) -> list[Image]:
    """A contiguous piece of the archive, about the same bytes for each of `count` nodes; together they are all."""
    total, seen, chosen = sum(image.entry.packed + 1 for image in images), 0, []
    for image in images:
        if seen * count // max(total, 1) == number:
            chosen.append(image)
        seen += image.entry.packed + 1
    return chosen


def _name(path: str, found: Named) -> None:
    try:
        found.targets[path] = inside(path)
    except ValueError as error:
        found.refused[path] = str(error)


def _fault(entry: Entry | None, directory: Directory, target: str) -> str:
    if entry is not None:
        return entry.fault
    other = directory.spelled_otherwise(target)
    return f"isn't in the archive, which has {other}" if other else "isn't in the archive"


def _clashes(targets: Iterable[str], case_matters: bool) -> dict[str, str]:
    """Paths that can't be beside an earlier one on this disk."""
    found: dict[str, str] = {}
    kept: dict[str, str] = {}
    names = list(dict.fromkeys(targets))
    same = str if case_matters else str.casefold
    folders = {same(folder) for name in names for folder in folders_of(name)}
    for name in names:
        first = kept.setdefault(same(name), name)
        if first != name:
            found[name] = f"differs from {first} in upper and lower case only, which this disk doesn't keep apart"
        elif same(name) in folders:
            found[name] = "is a folder in other paths"
    return found
