"""Small real pictures: a pool of ordinary ones, and one maker for each odd one. All bytes depend on Pillow alone."""

from __future__ import annotations

import io
import random
import struct
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

PHOTO_SIZES = ((100, 75), (75, 100), (96, 64), (112, 112), (128, 96), (160, 60))
DRAWING_SIZES = ((85, 60), (120, 90), (64, 64), (140, 48))
POOL = 24
"""Distinct photographs, and as many drawings; the rest are the same under other names."""


def photo(number: int, size: tuple[int, int] | None = None) -> Image:
    """Waves of colour: smooth, as a photograph, and never twice the same."""
    from PIL import Image

    width, height = size or PHOTO_SIZES[number % len(PHOTO_SIZES)]
    dice = random.Random(number)
    small = Image.new("RGB", (5, 4))
    small.putdata([(dice.randrange(256), dice.randrange(256), dice.randrange(256)) for _ in range(20)])
    return small.resize((width, height), Image.BICUBIC)


def drawing(number: int, size: tuple[int, int] | None = None) -> Image:
    """Bars on white, as a chart."""
    from PIL import Image, ImageDraw

    width, height = size or DRAWING_SIZES[number % len(DRAWING_SIZES)]
    image = Image.new("RGB", (width, height), "white")
    pen, dice = ImageDraw.Draw(image), random.Random(1000 + number)
    for left in range(4, width - 6, 12):
        colour = (dice.randrange(200), dice.randrange(200), 120)
        pen.rectangle((left, dice.randrange(2, height - 4), left + 7, height - 2), fill=colour)
    return image


def saved(image: Image, kind: str, **words: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **words)
    return buffer.getvalue()


def ordinary(suffix: str, number: int) -> bytes:
    """Of the pool, as its suffix says."""
    place = number % POOL
    return saved(photo(place), "JPEG", quality=80) if suffix == ".jpg" else saved(drawing(place), "PNG")


def rotated(number: int, orientation: int, kind: str = "JPEG") -> bytes:
    from PIL import Image

    exif = Image.Exif()
    exif[0x0112] = orientation
    return saved(photo(number), kind, exif=exif)


def animated(number: int, kind: str) -> bytes:
    frames = [photo(number + step, (60, 45)) for step in range(3)]
    return saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)


def huge_png(width: int, height: int) -> bytes:
    """One bit a pixel and all of them black: a whole, decodable file of a few kilobytes."""
    packer, row = zlib.compressobj(9), bytes(1 + (width + 7) // 8)
    packed = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")


def huge_jpeg(width: int, height: int) -> bytes:
    """A small one whose header claims more."""
    data = bytearray(saved(photo(1), "JPEG"))
    place = data.index(b"\xff\xc0") + 5
    data[place : place + 4] = struct.pack(">HH", height, width)
    return bytes(data)


def huge_bmp(width: int, height: int) -> bytes:
    data = bytearray(saved(photo(2), "BMP"))
    data[18:26] = struct.pack("<ii", width, height)
    return bytes(data)


def cut(data: bytes, share: float = 0.5) -> bytes:
    return data[: int(len(data) * share)]


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
