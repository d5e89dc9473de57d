"""An image as it is sent to a model: upright, RGB, no larger than the run allows."""

from __future__ import annotations

import base64
import io
import math

from wethink_plugins.datasets.picture import shape_fault
from wethink_plugins.synthesis.rejection import Rejected

_AS_THEY_ARE = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}


def data_url(data: bytes, max_pixels: int) -> str:
    """Its own bytes where they can be sent as they are, else a JPEG. Rejected unreadable_image.

    The same bytes give the same URL on every machine with the same Pillow, as the call store needs it.
    """
    from PIL import Image, ImageOps

    try:
        with Image.open(io.BytesIO(data)) as image:
            if fault := shape_fault(*image.size):  # of which validation would take no row
                raise ValueError(fault)
            image.load()
            fits = image.width * image.height <= max_pixels and image.mode == "RGB"
            if fits and image.format in _AS_THEY_ARE and image.getexif().get(0x0112, 1) == 1:
                return _url(_AS_THEY_ARE[image.format], data)
            upright = ImageOps.exif_transpose(image).convert("RGB")
            return _url("image/jpeg", _jpeg(_shrunk(upright, max_pixels)))
    except Exception as error:  # image libraries raise all kinds
        raise Rejected("unreadable_image", f"{type(error).__name__}: {error}") from error


def _shrunk(image: object, max_pixels: int) -> object:
    scale = math.sqrt(max_pixels / (image.width * image.height))  # type: ignore[attr-defined]
    if scale >= 1:
        return image
    size = max(1, int(image.width * scale)), max(1, int(image.height * scale))  # type: ignore[attr-defined]
    return image.resize(size)  # type: ignore[attr-defined]


def _jpeg(image: object) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=92)  # type: ignore[attr-defined]
    return out.getvalue()


def _url(kind: str, data: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}"
