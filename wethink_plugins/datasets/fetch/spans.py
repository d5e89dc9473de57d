"""Stretches of the archive that are read at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from wethink_plugins.datasets.fetch.plan import Image


class Reach(NamedTuple):
    """How far a stretch goes: `gap` bytes that nobody needs are read along rather than ask twice; `most` at once."""

    gap: int
    most: int


# Chosen: half a megabyte takes about as long as asking again does (two answers of 100 ms at 20 Mbit/s and more).
REMOTE = Reach(gap=512 << 10, most=8 << 20)
LOCAL = Reach(gap=64 << 10, most=4 << 20)


class Span(NamedTuple):
    start: int
    end: int
    images: tuple[Image, ...]


def spans(images: Sequence[Image], reach: Reach) -> Iterator[Span]:
    """`images` in the archive's order. An image larger than `most` has a stretch of its own."""
    held: list[Image] = []
    start = end = 0
    for image in images:
        near = image.entry.start - end <= reach.gap and max(end, image.entry.end) - start <= reach.most
        if held and not near:
            yield Span(start, end, tuple(held))
            held = []
        start = start if held else image.entry.start
        end = max(end, image.entry.end) if held else image.entry.end
        held.append(image)
    if held:
        yield Span(start, end, tuple(held))
