"""Rows as they come in the wild: pictures of every odd kind, text-only rows in between, and some that must be left out."""

import json

from PIL import Image

SIZE = (56, 56)
LITERALS = ("<image>", "<video>", "<audio>", "<|image_pad|>", "<|im_end|>")


def _animated(first, file, **settings):
    first.save(file, save_all=True, append_images=[Image.new("RGB", SIZE, "blue")], **settings)


def _turned(file):
    picture, exif = Image.new("RGB", (84, 56), "green"), Image.Exif()
    exif[0x0112] = 6  # lies on its side
    picture.save(file, exif=exif)


ODD = {
    "grey.png": lambda file: Image.new("L", SIZE, 90).save(file),
    "bits.png": lambda file: Image.new("1", SIZE, 1).save(file),
    "alpha.png": lambda file: Image.new("RGBA", SIZE, (200, 0, 0, 90)).save(file),
    "palette.png": lambda file: Image.new("RGB", SIZE, "red").convert("P").save(file),
    "deep.png": lambda file: Image.new("I;16", SIZE, 40000).save(file),
    "print.jpg": lambda file: Image.new("CMYK", SIZE, (0, 90, 90, 10)).save(file),
    "turned.jpg": _turned,
    "moving.gif": lambda file: _animated(Image.new("RGB", SIZE, "red"), file),
    "moving.webp": lambda file: _animated(Image.new("RGB", SIZE, "red"), file),
    "small.png": lambda file: Image.new("RGB", (10, 8), "red").save(file),
    "misnamed.jpg": lambda file: Image.new("RGB", SIZE, "red").save(file, format="PNG"),
}


def _row(number, **fields):
    return {
        "id": f"odd-{number}", "problem": "How many shapes are there?", "answer": "3", "category": "fill_in_blank",
        "abilities": ["counting"], "refined_cot": f"I count them, ü 几 {number}.", "reward": "rule", **fields,
    }  # fmt: skip


def write_odd(folder):
    """`odd.jsonl` with its pictures: (accepted rows, rejected rows). Some rows have none, one or two pictures."""
    (folder / "odd").mkdir(parents=True, exist_ok=True)
    for name, save in ODD.items():
        save(folder / "odd" / name)
    names = [f"odd/{name}" for name in ODD]
    good = [_row(i, image_path=name) for i, name in enumerate(names)]
    good += [_row(20 + i, image_path=[], problem=f"What is {i} + 3 - {i}?") for i in range(4)]
    good += [
        _row(30, image_path=names[:2]),
        _row(31, image_path=names[0], options=["two", "3"], category="multiple_choice", answer="B"),
    ]
    bad = [
        _row(40 + i, image_path=names[0], refined_cot=f"The tag {text} means it.") for i, text in enumerate(LITERALS)
    ]
    mixed = [row for pair in zip(good, [*bad, *[None] * len(good)], strict=False) for row in pair if row]
    (folder / "odd.jsonl").write_text("".join(json.dumps(row) + "\n" for row in mixed), encoding="utf-8")
    return len(good), len(bad)
