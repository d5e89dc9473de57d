"""Rows that come twice: all are remembered, by 8 bytes each."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from wethink_plugins.errors import WeThinkError
from wethink_plugins.rows import Row


class Seen:
    """Lines by digest of id and of content. Two of 120,000 rows share 8 bytes by chance once in two billion files."""

    def __init__(self) -> None:
        self._ids: dict[int, int] = {}
        self._contents: dict[int, int] = {}

    def check_id(self, identity: str, line: int) -> None:
        """Of an id that the file gives; also one that stands in a row that was rejected."""
        first = self._ids.setdefault(_digest((identity,)), line)
        if first != line:
            raise WeThinkError(
                f"the same id as on line {first}", fix="give each row its own id", field="id", defect="duplicate_id"
            )

    def check_content(self, row: Row) -> None:
        """The same images, problem, options and answer as a row that was accepted. White space makes no difference."""
        first = self._contents.get(_content(row))
        if first is not None:
            raise WeThinkError(
                f"the same images, problem and answer as on line {first}",
                fix="remove the row",
                field="problem",
                defect="duplicate_row",
            )

    def keep(self, row: Row, line: int) -> None:
        """Of an accepted row."""
        self._contents[_content(row)] = line


def _content(row: Row) -> int:
    texts = (" ".join(text.split()) for text in (row.problem, row.answer, *row.options))
    return _digest((str(len(row.image_path)), *row.image_path, *texts))


def _digest(parts: Iterable[str]) -> int:
    text = "\0".join(parts).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big")
