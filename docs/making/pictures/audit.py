"""audit.png: the page on which a person marks rows, over the demo's photographs, as a keyboard left it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from pictures.picture import Desk
from pictures.screen import WIDTH
from pictures.wethink import started

_KEYS = ("y", "y", "y", "Enter", "y")
"""All of the first row, and the first criterion of the second."""
_SETTLED = "document.body.dataset.place && document.body.dataset.waiting === '0'"


def draw(desk: Desk, target: Path) -> None:
    rows = desk.run(needs="photographs/rows.jsonl") / "photographs" / "rows.jsonl"
    words = ("data", "audit", rows, "--out", desk.folder / "audit", "--sample", 8, "--by", "question_type")
    with started(*words, "--annotator", "ann", "--json", folder=desk.folder) as process:
        screen = desk.screen
        screen.show(_address(process), (WIDTH, 800))
        screen.browser.until(_SETTLED)
        screen.browser.press("Escape")  # what a newcomer is told
        for key in _KEYS:
            screen.browser.press(key)
            screen.browser.until(_SETTLED)
        screen.shoot(target, screen.first(800))


def _address(process: subprocess.Popen[str]) -> str:
    """As the command prints it. Raises RuntimeError when it ends instead."""
    text = ""
    for line in process.stdout or ():
        text += line
        if text.endswith("}\n"):
            return str(json.loads(text)["url"])
    raise RuntimeError(f"wethink data audit ended: {text}")
