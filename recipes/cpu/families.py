"""Question families: what can be asked about a scene, and the right answer.

*Seeing* families ask what is there. *Thinking* families need one step more; they are where the teacher slips
(`teacher.py`) and where reinforcement learning has something to gain.

Options stand in one canonical order, that of `COLOURS` and `SHAPES`: a model of this size doesn't learn to look up a
shuffled letter, and learns late that a colour has one letter in one family and another in the next.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scenes import CELLS, COLOURS, PLURALS, Scene

LETTERS = "ABCD"
NUMBER_WORDS = ("no", "one", "two", "three", "four", "five")
CORNERS = {"circle": 0, "triangle": 3, "square": 4, "cross": 12}
FRUITS = {"red": "strawberry", "green": "lime", "blue": "blueberry", "yellow": "banana"}
THINGS = {"circle": "coin", "square": "window", "triangle": "roof", "cross": "plus"}


@dataclass(frozen=True)
class Family:
    """One kind of question. `answer` gives the option's text for multiple choice, never its letter."""

    name: str
    kind: str
    question_type: str
    question: str
    abilities: tuple[str, ...]
    answer: Callable[[Scene], str]
    options: tuple[str, ...] | None = None

    @property
    def problem(self) -> str:
        """Question and option lines, as the model reads them."""
        lines = [f"{letter}. {option}" for letter, option in zip(LETTERS, self.options or (), strict=False)]
        return "\n".join([self.question, *lines])

    def gold(self, scene: Scene) -> str:
        """The right answer as it stands in a row: a letter for multiple choice."""
        answer = self.answer(scene)
        return LETTERS[self.options.index(answer)] if self.options else answer


def chain_of_thought(scene: Scene) -> str:
    """One sentence for all families: each of its slots depends on one fact of the picture, so seeing is learned fast.

    The shape stands in the singular whatever the count; with plurals, what builds on the shape is learned late.
    """
    return f"I see a {scene.colour} {scene.shape}, {scene.count} in all."


def in_words(scene: Scene) -> str:
    """Return e.g. "three red squares"."""
    shape = scene.shape if scene.count == 1 else PLURALS[scene.shape]
    return f"{NUMBER_WORDS[scene.count]} {scene.colour} {shape}"


CHOICE, FILL, DESCRIPTIVE = "multiple_choice", "fill_in_blank", "descriptive"
SEEN, MATHS, KNOWLEDGE = ("recognition",), ("recognition", "maths"), ("recognition", "knowledge")

SPATIAL = (*MATHS, "spatial awareness")
COLOUR_OPTIONS, FRUIT_OPTIONS = tuple(COLOURS), tuple(FRUITS.values())
ONE_MORE = "How many shapes are there if one more is drawn?"
TWO_PICTURES = "How many shapes are there in two such pictures?"
EMPTY_PLACES = f"The picture has {CELLS} places. How many are empty?"

_SEEING = (
    Family("count", "seeing", FILL, "How many shapes are there?", MATHS, lambda s: str(s.count)),
    Family("colour", "seeing", CHOICE, "What colour are they?", SEEN, lambda s: s.colour, COLOUR_OPTIONS),
    Family("shape", "seeing", FILL, "Which shape is it?", SEEN, lambda s: s.shape),
    Family("describe", "seeing", DESCRIPTIVE, "Describe the picture.", MATHS, Scene.describe),
)
_THINKING = (
    Family("more", "thinking", FILL, ONE_MORE, MATHS, lambda s: str(s.count + 1)),
    Family("empty", "thinking", FILL, EMPTY_PLACES, SPATIAL, lambda s: str(CELLS - s.count)),
    Family("double", "thinking", FILL, TWO_PICTURES, MATHS, lambda s: str(2 * s.count)),
    Family(
        "fruit",
        "thinking",
        CHOICE,
        "Which fruit has this colour?",
        KNOWLEDGE,
        lambda s: FRUITS[s.colour],
        FRUIT_OPTIONS,
    ),
    Family(
        "thing", "thinking", FILL, "Name a thing that looks like one of them.", KNOWLEDGE, lambda s: THINGS[s.shape]
    ),
    Family(
        "corners", "thinking", FILL, "How many corners has one of them?", KNOWLEDGE, lambda s: str(CORNERS[s.shape])
    ),
    Family("tell", "thinking", DESCRIPTIVE, "Tell in words what is drawn.", MATHS, in_words),
    Family(
        "after",
        "thinking",
        DESCRIPTIVE,
        "Describe the picture after one more is drawn.",
        MATHS,
        lambda s: s.describe(1),
    ),
)
FAMILIES = {family.name: family for family in (*_SEEING, *_THINKING)}
SEEING = tuple(family.name for family in _SEEING)
THINKING = tuple(family.name for family in _THINKING)
