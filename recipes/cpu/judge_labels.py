"""What the demo's judge should say of an answer: the labels that it is trained on and measured against.

The tier counts faults: count, colour, shape, and anything said beside them. None is correct, one mostly, two partly,
more are wrong.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from families import NUMBER_WORDS
from scenes import COLOURS, PLURALS, SHAPES
from teacher import SHADES

TIERS = ("correct", "mostly", "partly", "wrong")
NUMBERS = {word: str(number) for number, word in enumerate((*NUMBER_WORDS, "six", "seven", "eight"))}
SINGULARS = {plural: shape for shape, plural in PLURALS.items()}
PARTS = ("count", "colour", "shape")
COLOUR_WORDS = (*COLOURS, *SHADES.values())


@dataclass(frozen=True, order=True)
class Pair:
    """An answer beside the reference it is compared with."""

    question: str
    reference: str
    answer: str

    @property
    def findings(self) -> list[bool]:
        """Whether count, colour and shape are right, and whether nothing else is said."""
        wanted, said = parts_of(self.reference), parts_of(self.answer)
        return [*(said[part] == wanted[part] for part in PARTS), not said["rest"]]

    @property
    def tier(self) -> str:
        return TIERS[min(self.findings.count(False), 3)]

    @property
    def wrong(self) -> str:
        """The parts that are wrong, in one line."""
        return " ".join(part for part, holds in zip((*PARTS, "more"), self.findings, strict=True) if not holds)

    @property
    def reply(self) -> str:
        """Of each part what the reference and what the answer says, then the verdict.

        Without reading the two aloud, a model of this size doesn't learn to compare them.
        """
        wanted, said = parts_of(self.reference), parts_of(self.answer)
        *facts, alone = self.findings
        read = [
            f"{told(wanted[part])} {told(said[part])} {'right' if holds else 'wrong'}"
            for part, holds in zip(PARTS, facts, strict=True)
        ]
        return f"{', '.join(read)}, {'no more' if alone else 'more'}\nVERDICT: {self.tier}"


def told(words: set[str]) -> str:
    return "nothing" if not words else "several" if len(words) > 1 else min(words)


def parts_of(text: str) -> dict[str, set[str]]:
    """The words of a text by what they say: numbers in figures, nouns in the singular, whatever is said twice once."""
    parts: dict[str, set[str]] = {part: set() for part in (*PARTS, "rest")}
    for word in re.findall(r"[^\W\d_]+|\d+|[^\w\s.,]", text.lower()):
        word = NUMBERS.get(word, SINGULARS.get(word, word))
        if word not in ("a", "an", "the"):
            parts[part_of(word)].add(word)
    return parts


def part_of(word: str) -> str:
    if word.isdigit():
        return "count"
    return "colour" if word in COLOUR_WORDS else "shape" if word in SHAPES else "rest"
