"""What was found in one source, in as little memory as a million pictures need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol


class Found(Protocol):
    """`names`: safe relative paths, in an order that does not depend on the file system. `wanted`: what was looked for."""

    @property
    def names(self) -> Sequence[str]: ...
    @property
    def wanted(self) -> str: ...

    def place(self, number: int) -> dict[str, Any]:
        """Where the picture `names[number]` is, for the reader: JSON, with its `kind`."""
        ...


@dataclass(frozen=True)
class Listing:
    """`prefix`: the first folders of its paths."""

    source: str
    licence: str
    prefix: str
    quota: int | None
    found: Found
