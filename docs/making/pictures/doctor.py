"""doctor.svg: what `wethink doctor` prints of a set-up with three faults, and how each is put right.

The set-up is the healthy one of doctor's tests, spoilt as people do it: no system prompt reaches the model, an image is
missing, and the judge's key isn't in the environment.
"""

from __future__ import annotations

from pathlib import Path

from pictures import terminal
from pictures.picture import CHECKOUT, Desk
from pictures.wethink import wethink

_COMMAND = ("doctor", "easyr1", "--recipe", "run.yaml", "--files-only")


def draw(desk: Desk, target: Path) -> None:
    printed = wethink(*_COMMAND, folder=_spoilt(desk.folder / "setup"), codes=(1,))
    here = printed.replace(f"{desk.folder / 'setup'}/", "").replace(f"{CHECKOUT}/", "…/")
    terminal.draw(f"wethink {' '.join(_COMMAND)}", here, target)


def _spoilt(folder: Path) -> Path:
    from tests.doctor.setups import JUDGED, SetUp

    folder.mkdir()
    setup = SetUp(folder, "easyr1", JUDGED)
    del setup.recipe["data"]["override_chat_template"]
    (folder / "images" / "b.png").unlink()
    endpoint = {"base_url": "https://judge.example.org/v1", "model": "Qwen2.5-72B", "api_key_env": "JUDGE_KEY"}
    setup.reward["judge"] = {"endpoints": [endpoint], "store": None}
    setup.write()
    return folder
