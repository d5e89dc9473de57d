"""Pictures with detail, each from a number, and benchmarks made of them."""

import base64
import csv
import io
import random

from PIL import Image, ImageDraw


def scene(seed, size=(320, 240)):
    """Blots of all sizes: as a photograph has them, it has coarse shapes and fine ones."""
    dice = random.Random(seed)
    picture = Image.new("RGB", size, tuple(dice.randrange(256) for _ in range(3)))
    pen = ImageDraw.Draw(picture)
    for step in range(160):
        reach = 90 - step // 2
        x, y = dice.randrange(-20, size[0]), dice.randrange(-20, size[1])
        box = (x, y, x + dice.randrange(4, reach + 5), y + dice.randrange(4, reach + 5))
        shape = pen.ellipse if dice.random() < 0.5 else pen.rectangle
        shape(box, fill=tuple(dice.randrange(256) for _ in range(3)))
    return picture


def encoded(picture, kind="PNG", **options):
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def text_of(picture):
    return base64.b64encode(encoded(picture)).decode()


def write_tsv(file, rows, columns=("index", "image", "question", "A", "B", "C", "D", "answer")):
    """As pandas writes it; a row is a dict."""
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, columns, delimiter="\t", restval="", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return file
