"""Opens a picture as a small grey square, whatever it comes as."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from PIL.Image import Image

Source = Path | bytes
_FAULTS = (
    OSError, ValueError, SyntaxError, EOFError, LookupError, TypeError, ArithmeticError, AttributeError, RuntimeError,
    struct.error, zlib.error,
)  # fmt: skip


class BadPicture(Exception):
    """The reason why a picture can't be compared, for a person."""


def grey_square(source: Source, edge: int) -> Image:
    """`edge` x `edge` in mode L, stretched; turned as EXIF says, first frame, transparent parts white. BadPicture."""
    return _loaded(source, edge, _grey)


def colour_thumbnail(source: Source, edge: int) -> Image:
    """RGB with its own shape, the longer side at most `edge`; for people. BadPicture."""
    return _loaded(source, edge, _coloured)


def _loaded(source: Source, edge: int, shaped: Callable[[Image, int], Image]) -> Image:
    from PIL import Image

    try:
        with Image.open(BytesIO(source) if isinstance(source, bytes) else source) as image:
            image.draft("RGB", (2 * edge, 2 * edge))
            return shaped(image, edge)
    except (*_FAULTS, MemoryError, Image.DecompressionBombError) as error:
        raise BadPicture(" ".join(str(error).split()) or type(error).__name__) from None


def _grey(image: Image, edge: int) -> Image:
    from PIL.Image import Resampling

    return _upright(image).convert("L").resize((edge, edge), Resampling.BOX, reducing_gap=2)


def _coloured(image: Image, edge: int) -> Image:
    small = _upright(image)
    small.thumbnail((edge, edge))
    return small


def _upright(image: Image) -> Image:
    from PIL import Image as pillow
    from PIL import ImageOps

    if image.mode[0] in "IF":  # 16 bits and more a channel: the range that is used becomes 0 to 255
        low, high = cast("tuple[float, float]", image.convert("F").getextrema())  # there is one band
        scale = 255 / (high - low) if high > low else 0.0
        image = image.convert("F").point(lambda value: value * scale - low * scale).convert("L")
    image = ImageOps.exif_transpose(image)
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        over = image.convert("RGBA")
        image = pillow.alpha_composite(pillow.new("RGBA", over.size, "white"), over)
    return image.convert("RGB")
