"""Pictures as data URIs, so that a page stays one file."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_EDGE = 480
"""Pixels of the longer edge; larger pictures are made smaller, small ones are left as they are."""


def data_uri(picture: Path | str | bytes | Image) -> str:
    """A file, its bytes or an open picture as `data:image/...`; photographs as JPEG, drawings losslessly as PNG."""
    image = _opened(picture)
    image.thumbnail((MAX_EDGE, MAX_EDGE))
    kind = "PNG" if _is_drawing(image) else "JPEG"
    buffer = io.BytesIO()
    image.save(buffer, kind, **({"quality": 85} if kind == "JPEG" else {"optimize": True}))
    return f"data:image/{kind.lower()};base64,{base64.b64encode(buffer.getvalue()).decode()}"


def _opened(picture: Path | str | bytes | Image) -> Image:
    from PIL import Image as pillow

    if isinstance(picture, pillow.Image):
        return picture.convert("RGB")
    source = io.BytesIO(picture) if isinstance(picture, bytes) else picture
    image: Image
    with pillow.open(source) as image:
        return image.convert("RGB")


def _is_drawing(image: Image) -> bool:
    return image.width * image.height <= 128 * 128 or image.getcolors(maxcolors=4096) is not None
