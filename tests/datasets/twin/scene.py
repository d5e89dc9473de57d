"""What the maker of a row works with: its number, its dice, the files of its images, and good rows that came before."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from tests.datasets.twin import pictures
from tests.datasets.twin.questions import BLANK, Record

_LINKS = 2000  # under one name: file systems limit them (ext4: 65,000)


class Album:
    """The folder of the images. Ordinary ones are hard links to a few files, so that 120K of them cost no space."""

    def __init__(self, folder: Path, pool: Path) -> None:
        self.folder, self._pool, self._made = folder, pool, 0
        self._folders: set[Path] = set()

    def ordinary(self, path: str, number: int) -> None:
        suffix = PurePosixPath(path).suffix
        source = self._pool / f"{number % pictures.POOL}-{self._made // (_LINKS * pictures.POOL)}{suffix}"
        if not source.exists():
            source.write_bytes(pictures.ordinary(suffix, number))
        os.link(source, self._place(path))
        self._made += 1

    def odd(self, path: str, data: bytes) -> None:
        self._place(path).write_bytes(data)

    def _place(self, path: str) -> Path:
        file = self.folder / path
        if file.parent not in self._folders:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._folders.add(file.parent)
        return file


@dataclass
class Scene:
    """Of one row. `odd` are its images that are no ordinary ones; None for a path where there shall be no file."""

    dice: random.Random
    serial: int
    earlier: list[Record]
    odd: dict[str, bytes | None] = field(default_factory=dict)

    def show(self, record: Record, suffix: str, data: bytes | None) -> None:
        """Gives the row this picture, under a name of its own in a known folder; None: there is no such file."""
        path = f"coco/train2017/{self.serial:012d}{suffix}"
        record["image_path"], self.odd[path] = path, data

    def twice(self) -> Record:
        """A copy of a good row that stands further up; each is given once."""
        return dict(self.earlier.pop(self.dice.randrange(len(self.earlier))))


Change = Callable[[Record, Scene], "bytes | None"]


@dataclass(frozen=True)
class Variant:
    """One way to plant something. `change` works on a good row of type `kind`, or returns the bytes of the whole line."""

    title: str
    change: Change
    kind: str = BLANK
    options: tuple[str, ...] = ()
    otherwise: str = ""
    """What it is where the switch that finds it isn't given."""


def put(**values: Any) -> Change:
    """Fields as given; `...` takes one away."""

    def change(record: Record, _: Scene) -> None:
        for name, value in values.items():
            record.pop(name, None)
            if value is not ...:
                record[name] = value

    return change


def rewrite(field_name: str, form: str) -> Change:
    """The field's text put into the form, where `@` stands for it."""

    def change(record: Record, _: Scene) -> None:
        record[field_name] = form.replace("@", record[field_name])

    return change


def line(form: bytes) -> Change:
    """The whole line, `@` standing for the row's number."""
    return lambda _, scene: form.replace(b"@", str(scene.serial).encode())


def shows(suffix: str, data: Callable[[], bytes | None]) -> Change:
    """An image of these bytes, in place of the row's own."""
    return lambda record, scene: scene.show(record, suffix, data())


def images(*suffixes: str, form: str = "@") -> Change:
    """Several ordinary images, and the problem's text put into the form."""

    def change(record: Record, scene: Scene) -> None:
        record["image_path"] = [f"coco/train2017/{scene.serial:012d}-{i}{s}" for i, s in enumerate(suffixes)]
        record["problem"] = form.replace("@", record["problem"])

    return change


def both(*changes: Change) -> Change:
    def change(record: Record, scene: Scene) -> None:
        for one in changes:
            one(record, scene)

    return change
