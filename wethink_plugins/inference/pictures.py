"""The images of a request, opened for a model or packed for a server."""

from __future__ import annotations

import base64
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from wethink_plugins.datasets.image import decoding_fault

if TYPE_CHECKING:
    from PIL.Image import Image

# What servers take as it is; anything else is sent as PNG.
_SENT_AS_IT_IS = {"PNG": "png", "JPEG": "jpeg", "WEBP": "webp"}


class BadPicture(Exception):
    """An image that can't be shown to a model. `str` says which and why."""


def opened(picture: str | bytes) -> Image:
    """As the trainers show it: RGB, not turned by its EXIF data, the first frame. BadPicture when it can't be read."""
    from PIL import Image

    _require_whole(picture)
    with Image.open(BytesIO(picture) if isinstance(picture, bytes) else picture) as image:
        shown: Image.Image = image.convert("RGB")
        return shown


def data_url(picture: str | bytes) -> str:
    """The file's own bytes where servers take them, at full size; BadPicture when it can't be read."""
    from PIL import Image

    _require_whole(picture)
    data = picture if isinstance(picture, bytes) else Path(picture).read_bytes()
    with Image.open(BytesIO(data)) as image:
        kind = _SENT_AS_IT_IS.get(image.format or "")
        if kind is None:
            kind, out = "png", BytesIO()
            image.convert("RGB").save(out, "PNG")
            data = out.getvalue()
    return f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}"


def _require_whole(picture: str | bytes) -> None:
    named = Path(picture).name if isinstance(picture, str) else "an image"
    try:
        fault = decoding_fault(BytesIO(picture) if isinstance(picture, bytes) else Path(picture))
    except OSError as error:
        fault = error.strerror or str(error)
    if fault:
        raise BadPicture(f"{named} can't be used: {fault}")
