"""Rows and pictures for tests."""

import json

from PIL import Image

JUDGED = {"judge": {"offline": True}}


def row(number=0, **fields):
    """A good row, one for each number; a field given as None is left out."""
    values = {
        "id": f"r{number}",
        "problem": "How many shapes are there?" + f" ({number})" * bool(number),
        "answer": "3",
        "category": "fill_in_blank",
        "abilities": ["recognition", "maths"],
        "refined_cot": "I see three circles.",
        "image_path": "images/a.png",
        "reward": "rule",
        **fields,
    }
    return {key: value for key, value in values.items() if value is not None}


def write_rows(folder, rows, name="rows.jsonl"):
    """The file of the rows, with a picture images/a.png and images/b.png beside it. A str is a line as it is."""
    (folder / "images").mkdir(parents=True, exist_ok=True)
    for letter, colour in (("a", "red"), ("b", "blue")):
        Image.new("RGB", (28, 28), colour).save(folder / "images" / f"{letter}.png")
    lines = [one if isinstance(one, str) else json.dumps(one) for one in rows]
    file = folder / name
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return file
