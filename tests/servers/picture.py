"""Pictures that carry a number in their pixels, so that a model server can tell which one it is shown.

Small PNGs, made and read without a library. The number stands in blocks of 8 x 8 pixels, black or white, so that it outlives
another format too; below it there may be noise, for pictures of a size like real ones.
"""

import functools
import io
import random
import struct
import zlib

_COLUMNS, _ROWS, _BLOCK = 6, 4, 8
_HEIGHT = _ROWS * _BLOCK
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def picture(number, noise=0):
    """PNG bytes; `noise`: about how many bytes larger than the 200 that it takes."""
    width = _COLUMNS * _BLOCK if not noise else 256
    bits = [255 * (number >> i & 1) for i in range(_COLUMNS * _ROWS)]
    lines = []
    for row in range(_ROWS):
        blocks = b"".join(bytes([bit]) * 3 * _BLOCK for bit in bits[row * _COLUMNS : (row + 1) * _COLUMNS])
        lines += [b"\0" + blocks.ljust(3 * width, b"\x80")] * _BLOCK
    drawn = random.Random(number)
    lines += [b"\0" + drawn.randbytes(3 * width) for _ in range(noise // (3 * width))]
    header = struct.pack(">IIBBBBB", width, len(lines), 8, 2, 0, 0, 0)  # RGB, which is sent as it is
    content = zlib.compress(b"".join(lines), 1)
    return _SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", content) + _chunk(b"IEND", b"")


@functools.lru_cache(maxsize=4096)
def number_of(data):
    """The number in a picture, also when it was written anew in another format."""
    if data[:8] == _SIGNATURE and data[37:41] == b"IDAT":
        (width,) = struct.unpack(">I", data[16:20])
        line = 3 * width + 1
        pixels = zlib.decompressobj().decompress(data[41:], line * _HEIGHT) if data[25] == 2 else b"\1"
        if not any(pixels[::line]):  # our own have no filters
            return _number(lambda x, y: pixels[y * line + 1 + 3 * x])
    from PIL import Image

    opened = Image.open(io.BytesIO(data)).convert("L")
    return _number(lambda x, y: opened.getpixel((x, y)))


def _number(at):
    middles = [(c * _BLOCK + _BLOCK // 2, r * _BLOCK + _BLOCK // 2) for r in range(_ROWS) for c in range(_COLUMNS)]
    return sum((at(x, y) > 127) << i for i, (x, y) in enumerate(middles))


def _chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
