"""Pictures of pages as small PNG files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

LIMIT = 300_000
"""Bytes of a picture, so that a page of the docs stays quick to load."""
_COLOURS = 256


@dataclass(frozen=True)
class Box:
    """A part of a page, in its pixels from the top left."""

    x: float
    y: float
    width: float
    height: float


def save(parts: Sequence[Image.Image], target: Path) -> None:
    """One below the other, in as few colours as fit. Raises ValueError over LIMIT: show less."""
    whole = stacked(parts)
    # No dithering: flat areas stay flat, which keeps letters sharp and the file small.
    small = whole.quantize(_COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    small.save(target, optimize=True)
    if target.stat().st_size > LIMIT:
        raise ValueError(f"{target.name} takes {target.stat().st_size:,} bytes, over {LIMIT:,}: show less of the page")


def stacked(parts: Sequence[Image.Image]) -> Image.Image:
    if len(parts) == 1:
        return parts[0]
    whole = Image.new("RGB", (max(part.width for part in parts), sum(part.height for part in parts)), "white")
    top = 0
    for part in parts:
        whole.paste(part, (0, top))
        top += part.height
    return whole
