"""Archives made for a test: pictures, packed, and cut at arbitrary bytes."""

import io
import json
import random
import zipfile
from pathlib import Path

PARTS = 16


def picture(number, size=32):
    from PIL import Image

    data = io.BytesIO()
    noise = random.Random(number).randbytes(size * size * 3)
    Image.frombytes("RGB", (size, size), noise).save(data, "JPEG", quality=90)
    return data.getvalue()


def name(number):
    return f"{('coco/train2017', 'gqa/images', 'ChartQA')[number % 3]}/{number:06d}.jpg"


def pictures(count, size=32):
    return {name(number): picture(number, size) for number in range(count)}


def packed(images, method=zipfile.ZIP_STORED, zip64=False, more=()):
    """The bytes of an archive; `more`: (ZipInfo or name, bytes) to add at the end."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        for path, content in images.items():
            info = zipfile.ZipInfo(path, (2025, 1, 1, 0, 0, 0))
            info.compress_type = method
            with archive.open(info, "w", force_zip64=zip64) as entry:
                entry.write(content)
        for info, content in more:
            archive.writestr(info, content)
    return data.getvalue()


def with_zip64_end(data):
    """The same archive with the end that one of over 4 GB has: sizes and places are in zip64 records only."""
    import struct

    end = data.rindex(b"PK\x05\x06")
    count, size, start = struct.unpack_from("<HLL", data, end + 10)
    record = struct.pack("<4sQHHLLQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, start)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, end, 1)
    last = struct.pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return data[:end] + record + locator + last


def cut(data, count=PARTS, seed=None):
    """{"image.zip.part-aa": ...}: even pieces as `split` makes them, or with a seed at arbitrary bytes."""
    if seed is None:
        length = -(-len(data) // count)
        places = [length * number for number in range(1, count)]
    else:
        places = sorted(random.Random(seed).sample(range(1, len(data)), count - 1))
    bounds = [0, *places, len(data)]
    names = [f"image.zip.part-{chr(97 + number // 26)}{chr(97 + number % 26)}" for number in range(count)]
    return {part: data[bounds[i] : bounds[i + 1]] for i, part in enumerate(names)}


def rows(paths):
    """The published shape, a line for each path (or list of paths, or None for a row without image)."""
    lines = []
    for number, path in enumerate(paths):
        row = {"problem": f"What is in picture {number}?", "answer": "a cat", "category": "fill_in_blank"}
        row |= {"abilities": "recognition", "refined_cot": "I look.", "reward": "rule"}
        lines.append(json.dumps(row | ({"image_path": path} if path is not None else {})) + "\n")
    return "".join(lines).encode()


def write(folder, files):
    folder.mkdir(parents=True, exist_ok=True)
    for path, content in files.items():
        (folder / path).write_bytes(content)
    return folder


def tree(folder):
    """{path below it: bytes}, hidden ones included."""
    folder = Path(folder)
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
