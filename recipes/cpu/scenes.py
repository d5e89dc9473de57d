"""Scenes of the demo task: one to four copies of one shape in one colour on a grid of cells.

A scene says *what* is drawn (which cells, shape, colour); `render` adds jitter, so one scene has many pictures.
Every cell is 28 x 28 pixels, which Qwen2.5-VL turns into exactly one image token.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable
from dataclasses import dataclass

from PIL import Image, ImageDraw

ROWS, COLUMNS, CELL = 2, 3, 28
CELLS = ROWS * COLUMNS
COUNTS = (1, 2, 3, 4)
COLOURS = {"red": (220, 30, 30), "green": (30, 170, 50), "blue": (40, 70, 220), "yellow": (235, 205, 30)}
PLURALS = {"circle": "circles", "square": "squares", "triangle": "triangles", "cross": "crosses"}
SHAPES = tuple(PLURALS)
SPLITS = ("train", "val", "test")
SPLIT_SEED = 2025
"""The split is the same for every run seed, so that figures of different seeds are about the same test scenes."""


@dataclass(frozen=True, order=True)
class Scene:
    """`cells` are numbered row by row from the top left and sorted."""

    cells: tuple[int, ...]
    shape: str
    colour: str

    @property
    def count(self) -> int:
        return len(self.cells)

    @property
    def stratum(self) -> tuple[int, str, str]:
        """What the questions ask about; the cells are the only thing that they don't."""
        return self.count, self.shape, self.colour

    def describe(self, extra: int = 0) -> str:
        """Return e.g. "3 red squares", with `extra` more of them if asked for."""
        total = self.count + extra
        return f"{total} {self.colour} {self.shape if total == 1 else PLURALS[self.shape]}"


def all_scenes() -> list[Scene]:
    """Return all 896 scenes in a fixed order."""
    cell_sets = [cells for count in COUNTS for cells in itertools.combinations(range(CELLS), count)]
    return [Scene(*parts) for parts in itertools.product(cell_sets, SHAPES, COLOURS)]


def group_by_stratum(scenes: Iterable[Scene]) -> dict[tuple[int, str, str], list[Scene]]:
    """Group scenes by (count, shape, colour), keeping their order."""
    groups: dict[tuple[int, str, str], list[Scene]] = {}
    for scene in scenes:
        groups.setdefault(scene.stratum, []).append(scene)
    return groups


def split_scenes() -> dict[str, list[Scene]]:
    """Split within each (count, shape, colour): 256 scenes for test, 80 for val, 560 for train.

    Every split thus holds every answer; a model has to read the picture, and can't know a test scene by heart.
    """
    rng = random.Random(SPLIT_SEED)
    split: dict[str, list[Scene]] = {name: [] for name in SPLITS}
    for group in group_by_stratum(all_scenes()).values():
        rng.shuffle(group)
        test, val = round(0.3 * len(group)), max(1, round(0.08 * len(group)))
        split["test"] += group[:test]
        split["val"] += group[test : test + val]
        split["train"] += group[test + val :]
    return split


def assert_disjoint(split: dict[str, Iterable[Scene]]) -> None:
    """Raise ValueError, naming one shared scene, if two splits share any."""
    for left, right in itertools.combinations(split, 2):
        shared = set(split[left]) & set(split[right])
        if shared:
            raise ValueError(f"{left} and {right} share {len(shared)} scenes, for example {min(shared)}")


def blank(background: tuple[int, int, int] = (240, 240, 240)) -> Image.Image:
    """Return a picture of the task's size with nothing on it."""
    return Image.new("RGB", (COLUMNS * CELL, ROWS * CELL), background)


def render(scene: Scene, rng: random.Random) -> Image.Image:
    """Draw the scene; background, size, place in the cell and shade are drawn from `rng`."""
    image = blank((rng.randint(225, 255), rng.randint(225, 255), rng.randint(225, 255)))
    canvas = ImageDraw.Draw(image)
    for cell in scene.cells:
        size = rng.randint(19, 25)
        left = cell % COLUMNS * CELL + rng.randint(1, CELL - size - 1)
        top = cell // COLUMNS * CELL + rng.randint(1, CELL - size - 1)
        shade = tuple(max(0, min(255, value + rng.randint(-15, 15))) for value in COLOURS[scene.colour])
        _draw_shape(canvas, scene.shape, left, top, size, shade)
    return image


def _draw_shape(canvas: ImageDraw.ImageDraw, shape: str, left: int, top: int, size: int, fill: tuple[int, ...]) -> None:
    right, bottom, third = left + size, top + size, size / 3
    if shape == "circle":
        canvas.ellipse([left, top, right, bottom], fill=fill)
    elif shape == "square":
        canvas.rectangle([left, top, right, bottom], fill=fill)
    elif shape == "triangle":
        canvas.polygon([(left + size / 2, top), (left, bottom), (right, bottom)], fill=fill)
    else:
        canvas.rectangle([left + third, top, right - third, bottom], fill=fill)
        canvas.rectangle([left, top + third, right, bottom - third], fill=fill)
