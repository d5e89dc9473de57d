"""What a picture is beside its pixels: its shape, its frames, its colours, how it lies, what its name says."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

# Qwen's processors refuse a picture that is longer than this many times its width (qwen_vl_utils, MAX_RATIO).
MAX_RATIO = 200
# Those of transformers 4.57 take a picture that is 1 or 3 pixels high for one of which the colours come first, and fail
# (5.5 reads it). Below this nothing can be seen in it anyway.
LEAST_SIDE = 4

ORIENTATION = 274  # the EXIF tag; 1 is upright
_WITH_FRAMES = frozenset(("GIF", "PNG", "WEBP", "TIFF", "AVIF"))
_KINDS = {
    **dict.fromkeys((".jpg", ".jpeg", ".jpe", ".jfif"), ("JPEG", "MPO")),
    **dict.fromkeys((".png", ".apng"), ("PNG",)),
    **dict.fromkeys((".tif", ".tiff"), ("TIFF",)),
    ".gif": ("GIF",),
    ".webp": ("WEBP",),
    ".bmp": ("BMP", "DIB"),
    ".avif": ("AVIF",),
}


def shape_fault(width: int, height: int) -> str:
    """Why the processors would refuse a picture of this shape, or nothing."""
    short, long = sorted((width, height))
    if short < LEAST_SIDE:
        return f"{width}x{height} pixels are too few, at least {LEAST_SIDE} a side"
    return f"{width}x{height} is longer than {MAX_RATIO} times its width" if long > MAX_RATIO * short else ""


def notes_of(image: Image.Image, suffix: str) -> tuple[str, ...]:
    """Names of notes about an opened picture; ask before it is decoded. `suffix` is that of its file's name."""
    found = {
        "image_rotated": is_rotated(image),
        "image_cmyk": image.mode == "CMYK",
        "image_animated": is_animated(image),
        "image_misnamed": not suffix_fits(suffix, image.format),
    }
    return tuple(name for name, there in found.items() if there)


def suffix_fits(suffix: str, kind: str | None) -> bool:
    """Whether a file of this kind (Pillow's name) may be called so. A suffix that says nothing fits all."""
    return kind in _KINDS.get(suffix.lower(), (kind,))


def is_rotated(image: Image.Image) -> bool:
    """Whether a viewer turns or mirrors it, which trainers don't."""
    if image.format not in ("TIFF", "MPO") and not {"exif", "xmp", "XML:com.adobe.xmp"} & image.info.keys():
        return False
    return image.getexif().get(ORIENTATION, 1) in range(2, 9)


def is_animated(image: Image.Image) -> bool:
    """Whether it has more frames than the one that trainers show. A phone's MPO is one picture and its thumbnails."""
    return image.format in _WITH_FRAMES and bool(getattr(image, "is_animated", False))
