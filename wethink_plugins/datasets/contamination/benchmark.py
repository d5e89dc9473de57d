"""A benchmark: its questions, and where each of its pictures can be read again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from wethink_plugins.datasets.contamination.pixels import BadPicture, Source
from wethink_plugins.datasets.contamination.tsv import TsvRow, decoded, read_tsv, read_tsv_row
from wethink_plugins.errors import WeThinkError

SUFFIXES = frozenset(".jpg .jpeg .png .webp .bmp .gif .tif .tiff".split())


@dataclass(frozen=True)
class Place:
    """Where a picture lies: a file, or the `number`th picture of the TSV row that begins at byte `start`."""

    file: Path
    start: int = -1
    number: int = 0

    def read(self) -> Source:
        """A path or the bytes; BadPicture when the TSV holds something else there."""
        if self.start < 0:
            return self.file
        try:
            return decoded(read_tsv_row(self.file, self.start).pictures[self.number])
        except (ValueError, WeThinkError) as error:
            raise BadPicture(str(error)) from None


@dataclass(frozen=True)
class Item:
    """One question; `pictures` are numbers into `Benchmark.places`. A folder's items are its files, without text."""

    index: str
    question: str = ""
    options: tuple[str, ...] = ()
    answer: str = ""
    pictures: tuple[int, ...] = ()


@dataclass
class Benchmark:
    """Equal pictures of a TSV are one. `name` is the file's or folder's."""

    name: str
    path: Path
    items: list[Item] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    dangling: int = 0
    """Items whose image names a row that isn't there."""

    def items_of(self) -> dict[int, list[int]]:
        """The items that show each picture."""
        shown: dict[int, list[int]] = {}
        for number, item in enumerate(self.items):
            for picture in item.pictures:
                shown.setdefault(picture, []).append(number)
        return shown


Found = tuple[int, str, Source]
"""A picture as it is met: its number, a key that is the same for the same content, and its source."""


def read_benchmark(path: Path, benchmark: Benchmark) -> Iterator[Found]:
    """Fills `benchmark`, which is whole when all pictures have been taken. WeThinkError for what is no benchmark."""
    if path.is_dir():
        yield from _folder(path, benchmark)
    elif path.is_file():
        yield from _table(path, benchmark)
    else:
        raise WeThinkError("no such file or folder", fix="give a VLMEvalKit TSV or a folder of images", file=path)
    if not benchmark.items:
        raise WeThinkError("holds no questions and no images", fix="check that this is what you mean", file=path)


def file_key(file: Path) -> str:
    """Changes with the file; OSError when it isn't there."""
    state = file.stat()
    return f"{file.absolute()}|{state.st_size}|{state.st_mtime_ns}"


def key_of(file: Path) -> str:
    """Of a file that isn't there, or can't be there by its name, too: it can't be opened, and is counted."""
    try:
        return file_key(file)
    except (OSError, ValueError):
        return f"missing|{file}"


def _folder(path: Path, benchmark: Benchmark) -> Iterator[Found]:
    for file in sorted(path.rglob("*")):
        if file.suffix.lower() in SUFFIXES and file.is_file():
            number = len(benchmark.places)
            benchmark.places.append(Place(file))
            benchmark.items.append(Item(file.relative_to(path).as_posix(), pictures=(number,)))
            yield number, file_key(file), file


def _table(path: Path, benchmark: Benchmark) -> Iterator[Found]:
    seen: dict[str, int] = {}
    own: dict[str, tuple[int, ...]] = {}
    refers: list[str] = []
    for row in read_tsv(path):
        numbers = []
        for place, text in enumerate(row.pictures):
            key, where, source = _picture(row, place, text, path)
            if key not in seen:
                seen[key] = len(benchmark.places)
                benchmark.places.append(where)
                yield seen[key], key, source
            numbers.append(seen[key])
        own[row.index] = tuple(numbers)
        refers.append(row.refers)
        benchmark.items.append(Item(row.index, row.question, row.options, row.answer, tuple(numbers)))
    _resolve(benchmark, own, refers)


def _picture(row: TsvRow, place: int, text: str, path: Path) -> tuple[str, Place, Source]:
    if row.paths:
        file = path.parent / text
        return key_of(file), Place(file), file
    try:
        source = decoded(text)
    except ValueError:
        source = b""  # counted with those that can't be decoded
    digest = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
    return digest, Place(path, row.start, place), source


def _resolve(benchmark: Benchmark, own: dict[str, tuple[int, ...]], refers: list[str]) -> None:
    for number, target in enumerate(refers):
        if target:
            item, pictures = benchmark.items[number], own.get(target, ())
            benchmark.items[number] = Item(item.index, item.question, item.options, item.answer, pictures)
            benchmark.dangling += not pictures
