"""The imperfect teacher whose answers the warm start imitates.

It sees perfectly. In thinking families its final answer is, in `SLIP_RATE` of the rows, its own typical slip: always
the same wrong answer for the same scene, as one careless teacher makes. In `MALFORMED_RATE` of the rows its text also
breaks the form, as distilled data does.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from families import CORNERS, FAMILIES, FRUITS, LETTERS, THINGS, Family, in_words
from scenes import CELLS, Scene

SLIP_RATE = 0.6
MALFORMED_RATE = 1 / 3

SHADES = {"red": "orange", "yellow": "golden", "green": "lime", "blue": "purple"}
_WRONG_CORNERS = {0: 1, 3: 2, 4: 5, 12: 8}
_WRONG_THINGS = {"coin": "moon", "window": "door", "roof": "kite", "plus": "star"}


def _next_fruit(scene: Scene) -> str:
    letters = LETTERS[: len(FRUITS)]
    return letters[(letters.index(FAMILIES["fruit"].gold(scene)) + 1) % len(letters)]


SLIPS: dict[str, Callable[[Scene], str]] = {
    "more": lambda scene: str(scene.count),
    "empty": lambda scene: str(CELLS - scene.count - 1),
    "double": lambda scene: str(2 * scene.count - 1),
    "fruit": _next_fruit,
    "thing": lambda scene: _WRONG_THINGS[THINGS[scene.shape]],
    "corners": lambda scene: str(_WRONG_CORNERS[CORNERS[scene.shape]]),
    "tell": lambda scene: in_words(scene).replace(scene.colour, SHADES[scene.colour]),
    "after": lambda scene: scene.describe(),
}
"""The slip of each thinking family; it is never the right answer."""

_BROKEN_FORMS = ("{cot} {answer}", "<think>{cot}</think>\n<answer>{answer}", "<think>{cot}\n<answer>{answer}</answer>")
_BROKEN_FORM_SHARES = (3, 1, 1)
"""What breaks off in the middle is unlearned slowest, so most of it is a text without any tags."""


def teacher_answer(family: Family, scene: Scene, rng: random.Random, slip_rate: float = SLIP_RATE) -> str:
    """Return the teacher's answer; it draws from `rng` in every family, so that rows keep their luck when one is added."""
    slips = rng.random() < slip_rate
    return SLIPS[family.name](scene) if slips and family.name in SLIPS else family.gold(scene)


def well_formed(cot: str, answer: str) -> str:
    """Return the assistant text in the form that the system prompt asks for."""
    return f"<think>{cot}</think>\n<answer>{answer}</answer>"


def malformed(cot: str, answer: str, rng: random.Random) -> str:
    """Return the text without any tags, with `</answer>` missing or, half as often, with `</think>` missing."""
    return rng.choices(_BROKEN_FORMS, _BROKEN_FORM_SHARES)[0].format(cot=cot, answer=answer)


def assistant_text(cot: str, answer: str, rng: random.Random, malformed_rate: float = MALFORMED_RATE) -> str:
    """Return the teacher's whole text, malformed in `malformed_rate` of the calls."""
    return malformed(cot, answer, rng) if rng.random() < malformed_rate else well_formed(cot, answer)
