"""The options of a question, and what an answer picks of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from wethink_plugins.rewards.rules.latex import tidy
from wethink_plugins.rewards.rules.letters import LETTERS
from wethink_plugins.rewards.rules.text import words_of
from wethink_plugins.rewards.rules.truth import gold_truth

_LABEL = re.compile(r"\s*\(?([A-Z])\s*[).:]\s*(.*)", re.DOTALL)


@dataclass(frozen=True, eq=False)
class Choice:
    """The options of one question, read once; compared by identity, since it is a key of caches."""

    texts: tuple[str, ...]
    words: tuple[tuple[str, ...], ...]
    truths: tuple[bool | None, ...]

    @property
    def count(self) -> int:
        return len(self.texts) or len(LETTERS)


@dataclass(frozen=True)
class Pick:
    """The letters an answer commits to; none with a `fault` for a hedge or a conflict, none without for no option."""

    letters: frozenset[str]
    fault: str = ""


@lru_cache(maxsize=4096)
def read_options(options: tuple[str, ...]) -> Choice:
    texts = [tidy(option[:2000]) for option in options[: len(LETTERS)]]
    labels = [_LABEL.fullmatch(text) for text in texts]
    if texts and all(label and label[1] == LETTERS[i] and label[2] for i, label in enumerate(labels)):
        texts = [label[2] for label in labels if label]
    return Choice(tuple(texts), tuple(map(words_of, texts)), tuple(map(gold_truth, texts)))
