"""synthesis.png: the report of a run over the pictures of the try-out folder, by its scripted models."""

from __future__ import annotations

import json
from pathlib import Path

from pictures.picture import Desk
from pictures.tryout import served_tryout
from pictures.wethink import wethink

_ID = "a1b2c3d4e5f6"
"""In the place of the one that is drawn at random, so that the same run gives the same picture."""


def draw(desk: Desk, target: Path) -> None:
    page = desk.folder / "report.html"
    with served_tryout(desk) as folder:
        run = _new_run(folder)
        wethink("synth", "resume", run, "--quiet", folder=folder)
    wethink("synth", "report", run, "--out", page, folder=desk.folder)
    desk.screen.show(page)
    desk.screen.shoot(target, desk.screen.box("header", "article", margin=12))


def _new_run(folder: Path) -> Path:
    """As `wethink synth run` begins one."""
    from wethink_plugins.synthesis.config import SynthesisConfig
    from wethink_plugins.synthesis.run import RunFolder

    run = RunFolder.create(folder / "synthesis", SynthesisConfig.load(folder / "synthesis.yaml")).folder
    facts = json.loads((run / "run.json").read_text(encoding="utf-8"))
    (run / "run.json").write_text(json.dumps({**facts, "id": _ID}) + "\n", encoding="utf-8")
    return run
