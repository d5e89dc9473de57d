"""Accepted questions, to tell the next ones what not to repeat."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from heapq import nlargest

from wethink_plugins.synthesis.steering.pairing import Cell

_LONGEST = 300  # characters of a question that others are told of; *chosen*


class Remembered:
    """At most `most` are told: half of them those asked most often, then the latest."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._asked: defaultdict[Cell, Counter[str]] = defaultdict(Counter)
        self._latest: defaultdict[Cell, deque[str]] = defaultdict(lambda: deque(maxlen=max(1, most)))
        self._of_image: defaultdict[str, list[str]] = defaultdict(list)

    def add(self, question: str, cell: Cell, image: str | None = None) -> None:
        """`image`: id of an image of which more will be asked."""
        if not self._most:
            return
        text = _short(question)
        self._asked[cell][text] += 1
        self._latest[cell].append(text)
        if image is not None:
            self._of_image[image].append(text)

    def of_cell(self, cell: Cell) -> tuple[str, ...]:
        if cell not in self._asked:
            return ()
        often = [(text, times) for text, times in self._asked[cell].items() if times > 1]
        chosen = [text for text, _ in nlargest((self._most + 1) // 2, often, key=lambda one: one[1])]
        chosen += [text for text in reversed(self._latest[cell]) if text not in chosen]
        return tuple(dict.fromkeys(chosen))[: self._most]

    def of_image(self, image: str) -> tuple[str, ...]:
        """The latest first."""
        return tuple(dict.fromkeys(reversed(self._of_image[image]))) if image in self._of_image else ()


def _short(question: str) -> str:
    text = " ".join(question.split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
