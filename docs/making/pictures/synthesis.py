"""synthesis.png: the report of a run that the scripted server of the tests played, every behaviour that it knows."""

from __future__ import annotations

from pathlib import Path

from pictures.picture import Desk
from pictures.wethink import wethink

_MORE = ("right", "family", "text_right", "right", "family", "right") * 3
"""So that as much is accepted as in a run that is worth its money."""


def draw(desk: Desk, target: Path) -> None:
    from tests.servers.synthesis import BEHAVIOURS
    from tests.synthesis.scripted import Scripted

    played = [*BEHAVIOURS, *_MORE]
    page = desk.folder / "report.html"
    with Scripted(desk.folder / "played", 3 * len(played), played) as scripted:
        run = scripted.folder / "run"
        scripted.run("run", scripted.yaml(), "--out", run, "--quiet")
        wethink("synth", "report", run, "--out", page, folder=desk.folder)
    desk.screen.show(page)
    desk.screen.shoot(target, desk.screen.box("header", "article", margin=12))
