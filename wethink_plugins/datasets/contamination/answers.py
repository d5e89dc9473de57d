"""Whether a training row and a benchmark question have the same answer, letters read by their options."""

from __future__ import annotations

from collections.abc import Sequence

from wethink_plugins.datasets.contamination.text import words
from wethink_plugins.options import LETTERS


def same_answer(ours: str, our_options: Sequence[str], theirs: str, their_options: Sequence[str]) -> bool:
    """False where either is empty. "B" with options and the text of option B are the same."""
    a, b = _meant(ours, our_options), _meant(theirs, their_options)
    return bool(a) and a == b


def _meant(answer: str, options: Sequence[str]) -> tuple[str, ...]:
    letter = answer.strip().strip("().").upper()
    if len(letter) == 1 and letter in LETTERS[: len(options)]:
        return tuple(words(options[LETTERS.index(letter)]))
    return tuple(words(answer)) or tuple(answer.split())
