"""A sample's images as data: URLs, for judges that take images; made small, since each call carries them."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from wethink_plugins.errors import Unscored

# Chosen: enough to check a detail; about a thousand tokens in Qwen2.5-VL's count of 28x28 patches.
_LONGEST_SIDE = 1024
_MOST = 8


def data_urls(images: Sequence[Any]) -> list[str]:
    """Of paths, bytes, PIL images, `{"bytes", "path"}` or data: URLs, in order. Unscored for one that can't be read.

    An image is the row's and not the policy's, so a broken one says nothing about the answer.
    """
    if len(images) > _MOST:
        raise Unscored(f"{len(images)} images, a judge gets at most {_MOST}")
    return [_data_url(image, index) for index, image in enumerate(images)]


def _data_url(image: Any, index: int) -> str:
    if isinstance(image, Mapping):
        image = image.get("bytes") or image.get("path") or image.get("image")
    if isinstance(image, str) and image.startswith("data:"):
        return image
    try:
        if isinstance(image, (str, Path)):
            image = Path(image).expanduser().read_bytes()
        return _encoded(bytes(image)) if isinstance(image, (bytes, bytearray)) else _shrunk(image)
    except Exception as error:  # image libraries raise all kinds; the row stays unscored with the cause
        raise Unscored(f"image {index} can't be read: {type(error).__name__}: {error}") from error


@lru_cache(maxsize=64)
def _encoded(data: bytes) -> str:
    """Remembered, since all rollouts of a group show the same image."""
    from PIL import Image

    with Image.open(io.BytesIO(data)) as image:
        return _shrunk(image)


def _shrunk(image: Any) -> str:
    small = image.convert("RGB")
    small.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    out = io.BytesIO()
    small.save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode("ascii")
