"""Which questions were nearly asked before: about the same image at all, about others too often with the same answer.

About the same image, a question is the same when the shorter of the two shares `least` of its word triples; numbers count
as words. A multiple choice that leads to another option is another question.

About other images, it is the same when `least` of all triples of both are common and every number is like every other:
"3 apples are ... 4 are added" is a repeat of "5 apples are ... 2 are added". Asking the same of other images is no fault,
having the same answer each time is: then it is known without looking. So a row is dropped when `repeats` accepted rows
have the same question and the same answer. Answers of many words are never the same, so they don't count: of such rows
the question alone counts.

The search is exact, by an inverted index (see `keys`).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from itertools import chain

from wethink_plugins.synthesis.steering.keys import filed_under, looked_up
from wethink_plugins.synthesis.steering.wording import masked, share_of_all, share_of_shorter, triples, words

LONG_ANSWER = 12
"""Words from which an answer says nothing about whether rows are the same; *chosen*."""


@dataclass(frozen=True)
class Asked:
    """`name` is an item's or a row's id; `images` any names of its images; `question` is without options.

    `answer` is an option's text, not its letter. `choice`: it is a multiple choice.
    """

    name: str
    images: tuple[str, ...]
    question: str
    answer: str
    choice: bool = False


@dataclass(frozen=True)
class _SameImage:
    name: str
    triples: array[int]
    answer: int
    choice: bool


class NearDuplicates:
    """`least` 1 or more: nothing is one. What was added is compared with, in the order in which it came."""

    def __init__(self, least: float, repeats: int) -> None:
        self._least, self._repeats = least, repeats
        self._of_image: dict[int, list[_SameImage]] = {}
        # Of each pair of wording and answer, by its place: triples, first name, rows.
        self._triples: list[array[int]] = []
        self._first: list[str] = []
        self._rows = array("I")
        self._place: dict[int, int] = {}
        self._places: dict[int, array[int]] = {}

    def add(self, asked: Asked) -> None:
        """Of an accepted row."""
        if self._least >= 1:
            return
        found, answer = _words(asked.question), _digest("a", _answer(asked))
        one = _SameImage(asked.name, triples(found), answer, asked.choice)
        for image in asked.images:
            self._of_image.setdefault(_digest("i", image), []).append(one)
        self._rows[self._place_of(masked(found), answer, asked.name)] += 1

    def found(self, asked: Asked) -> str | None:
        """Why it is one, None if it is none."""
        if self._least >= 1:
            return None
        found, answer = _words(asked.question), _digest("a", _answer(asked))
        return self._about_same(asked, triples(found), answer) or self._about_others(triples(masked(found)), answer)

    def _about_same(self, asked: Asked, own: array[int], answer: int) -> str | None:
        as_set = frozenset(own)
        for one in chain.from_iterable(self._of_image.get(_digest("i", image), ()) for image in asked.images):
            other_option = asked.choice and one.choice and one.answer != answer
            if not other_option and share_of_shorter(as_set, one.triples) >= self._least:
                return f"about the same image as {one.name}"
        return None

    def _about_others(self, own: array[int], answer: int) -> str | None:
        like = sorted(self._like(own, answer))
        rows = sum(self._rows[place] for place in like)
        if rows < self._repeats:
            return None
        return f"{rows} rows about other images ask it and have the same answer; first worded in {self._first[like[0]]}"

    def _like(self, own: array[int], answer: int) -> Iterator[int]:
        """Places with this answer whose wording is the same, each once."""
        seen, as_set = set[int](), frozenset(own)
        for key in looked_up(own, self._least):
            for place in self._places.get(key ^ answer, ()):
                if place not in seen:
                    seen.add(place)
                    if share_of_all(as_set, self._triples[place]) >= self._least:
                        yield place

    def _place_of(self, found: list[str], answer: int, name: str) -> int:
        key = _digest("w", " ".join(found)) ^ answer
        if (place := self._place.get(key)) is None:
            place = self._place[key] = len(self._triples)
            own = triples(found)
            self._triples.append(own)
            self._first.append(name)
            self._rows.append(0)
            for one in filed_under(own, self._least):
                self._places.setdefault(one ^ answer, array("I")).append(place)
        return place


def _words(text: str) -> list[str]:
    """Signs where it has no words."""
    return words(text) or [text.strip()]


def _answer(asked: Asked) -> str:
    found = _words(asked.answer)
    return " ".join(found) if len(found) <= LONG_ANSWER else ""


def _digest(kind: str, text: str) -> int:
    return int.from_bytes(blake2b(f"{kind}\0{text}".encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")
