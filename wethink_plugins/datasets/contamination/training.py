"""The training rows, as far as they are compared: read leniently, since they need not be valid yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wethink_plugins.datasets.contamination.benchmark import Found, key_of
from wethink_plugins.datasets.records import read_records
from wethink_plugins.options import split_options
from wethink_plugins.rows import row_id


@dataclass(frozen=True)
class TrainingRow:
    """`pictures` as written; `options` without letters. What can't be read is empty."""

    id: str
    line: int
    question: str
    answer: str
    options: tuple[str, ...]
    pictures: tuple[str, ...]
    source: str

    @classmethod
    def read(cls, line: int, record: Mapping[str, Any]) -> TrainingRow:
        question, written = split_options(_text(record.get("problem")))
        pictures = tuple(_texts(record.get("image_path")))
        options = tuple(_texts(record.get("options"))) or written
        folder, slash, _ = pictures[0].lstrip("./").partition("/") if pictures else ("", "", "")
        source = _text(record.get("source")) or (folder if slash else "")
        return cls(row_id(record), line, question, _text(record.get("answer")), options, pictures, source)


@dataclass
class Training:
    """Rows are read from the file each time; what stays in memory is the numbers of their pictures."""

    file: Path
    folder: Path
    files: list[Path] = field(default_factory=list)
    """By number of the picture."""
    numbers: dict[str, int] = field(default_factory=dict)

    def rows(self) -> Iterator[TrainingRow]:
        return (TrainingRow.read(line, record) for line, record in read_records(self.file))

    def pictures_of(self, row: TrainingRow) -> list[int]:
        return [self.numbers[path] for path in dict.fromkeys(row.pictures) if path in self.numbers]

    def take(self, row: TrainingRow) -> Iterator[Found]:
        """The row's pictures that were not met before."""
        for path in row.pictures:
            if path not in self.numbers and "://" not in path:
                file = self.folder / path
                self.numbers[path] = len(self.files)
                self.files.append(file)
                yield self.numbers[path], key_of(file), file


def _text(value: object) -> str:
    return str(value).strip() if isinstance(value, str | int | float) else ""


def _texts(value: object) -> list[str]:
    if isinstance(value, Mapping):
        value = [text for text in value.values() if text is not None]
    parts = [value] if isinstance(value, str) else value if isinstance(value, list | tuple) else []
    return [text for part in parts if (text := _text(part))]
