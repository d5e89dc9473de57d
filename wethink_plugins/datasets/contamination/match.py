"""What is found: a training row and a benchmark question that share a picture, a text, or both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

Kind = Literal["image", "text", "both"]
KINDS: tuple[Kind, ...] = ("image", "text", "both")


@dataclass(frozen=True)
class Match:
    """`distance` is 1 minus the likeness of the pictures (None without a common picture), `text` the share of the
    question's runs of words that the row holds. `images` names the row's picture and the benchmark's number of its own.
    """

    row: str
    line: int
    source: str
    benchmark: str
    index: str
    kind: Kind
    distance: float | None
    text: float
    same_answer: bool
    mirrored: bool = False
    image: str = ""
    bench_picture: int = -1
    other_indices: int = 0
    """Further questions of the benchmark about the same picture."""

    def as_record(self) -> dict[str, Any]:
        record = {key: value for key, value in asdict(self).items() if key != "bench_picture"}
        for key in ("distance", "text"):
            record[key] = None if record[key] is None else round(record[key], 4)
        return record

    def removable(self, kinds: Sequence[str]) -> bool:
        """Whether the row goes on the list, for the kinds that were asked for."""
        return self.kind in kinds


@dataclass(frozen=True)
class Counts:
    """Of one side: pictures that were compared, that can't be read, that are plain, and that were computed anew."""

    rows: int
    pictures: int
    bad: int
    plain: int
    computed: int
    examples: tuple[str, ...] = ()
