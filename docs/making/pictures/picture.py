"""What a picture is made with, and what it is made from."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pictures.screen import Screen

CHECKOUT = Path(__file__).resolve().parents[3]
IMAGES = CHECKOUT / "docs" / "images"
SEEDS = ("demo", "demo-seed1", "demo-seed2")
RECIPE = CHECKOUT / "recipes" / "cpu"


class Missing(Exception):
    """What a picture needs isn't here; the text says what, and how to get it."""


@dataclass
class Desk:
    """`runs` holds the demo's runs, `folder` is empty and the picture's own, `screen` starts Chromium when it is first used."""

    runs: Path
    folder: Path

    def run(self, name: str = "demo", needs: str = "summary.json", how: str = "make demo") -> Path:
        """The folder of a finished run. Raises Missing without one that holds `needs`."""
        run = (self.runs / name).resolve()
        if not (run / needs).exists():
            raise Missing(f"there is no {self.runs.name}/{name}/{needs}: {how}")
        return run

    def seeds(self, needs: str, script: str) -> list[Path]:
        """The three runs that studies are made of."""
        names = " ".join(f"runs/{name}" for name in SEEDS)
        how = f"make demo (SEED=1, SEED=2), then .venvs/grpo/bin/python recipes/cpu/{script} --runs {names}"
        return [self.run(name, needs, how) for name in SEEDS]

    @cached_property
    def screen(self) -> Screen:
        if Screen.executable() is None:
            raise Missing("there is no Chromium: install chromium or google-chrome, so that it is in the PATH")
        return Screen(self.folder)

    def close(self) -> None:
        if "screen" in self.__dict__:
            self.screen.close()


@dataclass(frozen=True)
class Picture:
    """`made_from` says it in a few words; `make` writes the file that it is given."""

    file: str
    made_from: str
    make: Callable[[Desk, Path], None]


def use_recipe() -> None:
    """Lets the modules of recipes/cpu be imported, as its scripts do it."""
    if str(RECIPE) not in sys.path:
        sys.path.append(str(RECIPE))
