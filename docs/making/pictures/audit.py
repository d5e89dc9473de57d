"""audit.png: the page on which a person marks rows, over rows of the try-out folder, as a keyboard left it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from pictures.picture import Desk
from pictures.screen import WIDTH
from pictures.tryout import tryout
from pictures.wethink import started

SAMPLE = ("--sample", 8, "--by", "question_type", "--seed", 2)
ROW = 5
"""Of that sample: which fruit has this colour? Its chain of thought names the colour, and no fruit."""
_DONE = ("y", "y", "y", "Enter")
_KEYS = ("y", "y", "n", "c")
_COMMENT = "It sees the colour and stops there: nothing leads from yellow to D."
_SETTLED = "document.body.dataset.place && document.body.dataset.waiting === '0'"


def draw(desk: Desk, target: Path) -> None:
    words = ("data", "audit", tryout(desk) / "train.jsonl", "--out", desk.folder / "audit", *SAMPLE)
    with started(*words, "--annotator", "ann", "--json", folder=desk.folder) as process:
        screen = desk.screen
        screen.show(_address(process), (WIDTH, 800))
        screen.browser.until(_SETTLED)
        screen.browser.press("Escape")  # what a newcomer is told
        for key in (*_DONE * (ROW - 1), *_KEYS):
            screen.browser.press(key)
            screen.browser.until(_SETTLED)
        screen.browser.type(_COMMENT)
        screen.browser.press("Escape")  # leaves the comment, and keeps it
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
