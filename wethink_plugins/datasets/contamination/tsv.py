"""Reads VLMEvalKit's TSV files row by row: images as base64 in a column, files of many gigabytes.

A cell `image` holds one picture, a Python list of pictures, or the index of the row that has the picture. Some files
hold paths in `image_path` instead.
"""

from __future__ import annotations

import ast
import base64
import binascii
import csv
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from wethink_plugins.errors import WeThinkError
from wethink_plugins.options import LETTERS

# A shorter cell is the index of another row: VLMEvalKit's own rule.
REFERENCE_LENGTH = 64
_READ = ("index", "image", "image_path", "question", "answer", *LETTERS)


@dataclass(frozen=True)
class TsvRow:
    """`start` is the byte that the row begins at. `pictures`: base64 texts, or paths; `refers` to the row with this index."""

    start: int
    index: str
    question: str
    options: tuple[str, ...]
    answer: str
    pictures: tuple[str, ...]
    refers: str
    paths: bool


def read_tsv(file: Path) -> Iterator[TsvRow]:
    """WeThinkError for a file that is none, lacks the columns `index` and `image` (or `image_path`), or breaks off."""
    with _opened(file) as data:
        rows = _records(data, file)
        header = _header(next(rows, (0, []))[1], file)
        for number, (start, cells) in enumerate(rows, start=2):
            if cells:
                yield _row(start, _cells(header, cells, f"{file}: row {number}"))


def read_tsv_row(file: Path, start: int) -> TsvRow:
    """The one row that begins at this byte."""
    with _opened(file) as data:
        header = _header(next(_records(data, file), (0, []))[1], file)
        data.seek(start)
        return _row(start, _cells(header, next(_records(data, file))[1], f"{file}: byte {start}"))


def decoded(text: str) -> bytes:
    """A picture of a cell as bytes; ValueError when it is no base64."""
    try:
        return base64.b64decode(text.partition("base64,")[2] or text)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"no base64: {error}") from None


def _opened(file: Path) -> BinaryIO:
    csv.field_size_limit(max(csv.field_size_limit(), sys.maxsize))
    try:
        return file.open("rb")
    except OSError as error:
        raise WeThinkError(f"can't be read: {error.strerror or error}", fix="check the path", file=file) from None


def _records(data: BinaryIO, file: Path) -> Iterator[tuple[int, list[str]]]:
    """Each record with the byte it begins at: the reader takes no line ahead of those that it needs."""
    lines = _Lines(data)
    reader = csv.reader(lines, delimiter="\t")
    while True:
        start = lines.at
        try:
            record = next(reader, None)
        except (csv.Error, UnicodeDecodeError) as error:
            fix = "download it again: VLMEvalKit's files are UTF-8 with tabs between the columns"
            raise WeThinkError(f"not readable as TSV after byte {start}: {error}", fix=fix, file=file) from None
        if record is None:
            return
        yield start, record


class _Lines:
    def __init__(self, data: BinaryIO) -> None:
        self._data, self.at = data, data.tell()

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._data.readline()
        if not line:
            raise StopIteration
        self.at += len(line)
        return line.decode("utf-8").replace("\0", "")


def _header(names: list[str], file: Path) -> list[str]:
    names = [name.lstrip("\ufeff").strip() for name in names]
    if twice := next((name for name in _READ if names.count(name) > 1), None):
        raise WeThinkError("is a column twice", fix="rename or remove one", file=file, field=twice)
    lacks = [name for name in ("index",) if name not in names]
    lacks += [] if {"image", "image_path"} & set(names) else ["image"]
    if lacks:
        found = ", ".join(name[:30] for name in names[:12]) or "nothing"
        raise WeThinkError(
            f"has no column {' and no column '.join(lacks)} (found: {found})",
            fix="give a TSV of VLMEvalKit or a folder of images",
            file=file,
        )
    return names


def _cells(header: list[str], cells: list[str], place: str) -> dict[str, str]:
    if len(cells) != len(header):
        raise WeThinkError(
            f"has {len(cells)} columns, the header {len(header)}", fix="download it again: it is cut off", file=place
        )
    return dict(zip(header, cells, strict=True))


def _row(start: int, cells: dict[str, str]) -> TsvRow:
    image = cells.get("image", "").strip()
    refers = image if 0 < len(image) <= REFERENCE_LENGTH and not image.startswith("[") else ""
    paths = not image
    pictures = _listed(image or cells.get("image_path", "").strip()) if not refers else ()
    options = tuple(cells[letter].strip() for letter in LETTERS if cells.get(letter, "").strip() not in ("", "nan"))
    question, answer = cells.get("question", "").strip(), cells.get("answer", "").strip()
    return TsvRow(start, cells["index"].strip(), question, options, answer, pictures, refers, paths)


def _listed(cell: str) -> tuple[str, ...]:
    """As VLMEvalKit reads it: a Python list of texts, or the text itself."""
    if not (cell.startswith("[") and cell.endswith("]")):
        return (cell,) if cell and cell != "nan" else ()
    try:
        values: Any = ast.literal_eval(cell)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return (cell,)
    return tuple(str(value) for value in values)
