"""The images of a row as a browser can show them: no bigger than needed, and a reason where there is none."""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from wethink_plugins.datasets.image import pillow_silenced

if TYPE_CHECKING:
    from PIL.Image import Image

# Chosen: pixels of the longer edge, for the page and for looking closer. Small print of a scan can be read in the second.
EDGES = {"view": 1600, "full": 4096}
# What every browser shows as it is, if it isn't bigger than that in pixels and bytes.
_AS_IT_IS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif"}
_MOST_BYTES = 4_000_000
_FAULTS = (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, struct.error, zlib.error)


class NoPicture(Exception):
    """The message says why there is nothing to show."""


@dataclass(frozen=True)
class Shown:
    """An encoded picture and its MIME type."""

    data: bytes
    kind: str


def file_of(image_path: str, folder: str) -> Path:
    """NoPicture where the path names no file."""
    if "://" in image_path:
        raise NoPicture(f"{image_path} is an address; nothing is downloaded")
    try:
        file = Path(folder) / image_path
        if file.is_file():
            return file
    except (OSError, ValueError):
        pass  # a name too long, a NUL in it, a folder that isn't ours to enter
    raise NoPicture(f"no such file: {image_path}")


def size_of(image_path: str, folder: str) -> tuple[int, int]:
    """Width and height as the header says; NoPicture where it can't be read."""
    from PIL import Image

    file = file_of(image_path, folder)
    try:
        with pillow_silenced(), Image.open(file) as image:
            size: tuple[int, int] = image.size
            return size
    except (*_FAULTS, Image.DecompressionBombError) as error:
        raise _broken(image_path, error, file) from None


@lru_cache(maxsize=24)
def shown(image_path: str, folder: str, edge: int) -> Shown:
    """Turned as EXIF says, the longer edge at most `edge` pixels. NoPicture where it can't be decoded."""
    from PIL import Image

    file = file_of(image_path, folder)
    try:
        with pillow_silenced(), Image.open(file) as image:
            kind = _AS_IT_IS.get(image.format or "")
            small = max(image.size) <= edge and file.stat().st_size <= _MOST_BYTES
            if kind and small and image.mode != "CMYK":
                image.load()
                return Shown(file.read_bytes(), kind)
            return _encoded(image, edge)
    except (*_FAULTS, Image.DecompressionBombError) as error:
        raise _broken(image_path, error, file) from None


def _encoded(image: Image, edge: int) -> Shown:
    """Losslessly where it isn't a photograph, so that letters stay sharp."""
    from PIL import Image as pillow
    from PIL import ImageOps

    lossless = image.format != "JPEG"
    if max(image.size) > edge:
        image.draft("RGB", (edge, edge))
    transparent = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    upright = ImageOps.exif_transpose(image).convert("RGBA" if transparent else "RGB")
    upright.thumbnail((edge, edge), pillow.Resampling.LANCZOS)
    data = io.BytesIO()
    if lossless and (transparent or upright.getcolors(maxcolors=65536)):
        upright.save(data, "PNG")
        return Shown(data.getvalue(), "image/png")
    upright.convert("RGB").save(data, "JPEG", quality=90)
    return Shown(data.getvalue(), "image/jpeg")


def _broken(image_path: str, error: BaseException, file: Path) -> NoPicture:
    reason = " ".join(str(error).replace(f" '{file}'", "").split()) or type(error).__name__
    return NoPicture(f"{image_path} can't be shown: {reason}")
