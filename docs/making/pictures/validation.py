"""validation.png: the page of `wethink data validate`, over rows of the demo into which faults were planted."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

from pictures.picture import Desk, use_recipe
from pictures.wethink import wethink

Row = dict[str, Any]
_SOURCES = "sources: {shapes: {licence: CC0-1.0}}\n"
_FAULTS: tuple[tuple[int, Callable[[Row], object]], ...] = (
    (4, lambda row: row.update(image_path="images/gone.png")),
    (3, lambda row: row.update(answer="")),
    (3, lambda row: row.update(refined_cot=f"<image> {row['refined_cot']}")),
    (2, lambda row: row.update(image_path="images/cut-off.jpg")),
    (2, lambda row: row.update(answer="{answer}")),
    (2, lambda row: row.update(id="warm-00000-double")),
    (5, lambda row: row.update(category="VQA")),
    (9, lambda row: row.update(problem=f"<image>\n{row['problem']}")),
    (6, lambda row: row.update(refined_cot=f"<think>{row['refined_cot']}</think>")),
    (4, lambda row: row.update(answer=f"<answer>{row['answer']}</answer>")),
)
"""How many rows, and what is done to each."""
_REJECTED = 7
"""So many of these kinds aren't made good; the page has a line to open for each."""


def draw(desk: Desk, target: Path) -> None:
    rows, page = _rows(desk.folder / "data"), desk.folder / "report.html"
    sources = desk.folder / "sources.yaml"
    sources.write_text(_SOURCES, encoding="utf-8")
    words = ("data", "validate", rows, "--sources", sources, "--report", page, "--quiet")
    wethink(*words, folder=desk.folder, codes=(1,))
    desk.screen.show(page)
    desk.screen.shoot(target, desk.screen.box("header", f"details:nth-of-type({_REJECTED})"))


def _rows(folder: Path) -> Path:
    """The demo's rows for the warm start, in small; a fault in every seventh until all are planted."""
    use_recipe()
    from dataset import SMALL, write_dataset

    write_dataset(folder, 0, SMALL)
    rows = [json.loads(line) for line in (folder / "warm.jsonl").read_text(encoding="utf-8").splitlines()]
    for row in rows:
        row.pop("response", None)
        row["source"] = "shapes"
    changes = [change for count, change in _FAULTS for _ in range(count)]
    for place, change in enumerate(changes, 1):
        change(rows[7 * place])
    _cut_off(folder / "images" / "cut-off.jpg")
    file = folder / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


def _cut_off(file: Path) -> None:
    """As a download that ended early leaves it."""
    Image.effect_noise((300, 300), 80).convert("RGB").save(file)
    file.write_bytes(file.read_bytes()[:2000])
