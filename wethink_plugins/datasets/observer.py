"""Who wants to see every row while a file is validated: a page, a counter, a progress line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from wethink_plugins.datasets.rejects import Reject
from wethink_plugins.rows import Row

Size = tuple[int, int]


class Observer(Protocol):
    """Is told of every row, in the order of the file, from the thread that reads it. What it raises ends the reading."""

    def accepted(self, row: Row, sizes: tuple[Size, ...]) -> None:
        """`row` as it was kept, repairs made. `sizes`: (width, height) of its images in pixels, as stored, in order."""

    def rejected(self, reject: Reject, record: Mapping[str, Any]) -> None:
        """`record` as it was read, before any repair; empty for a line that is no row."""
