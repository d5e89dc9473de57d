"""Finds benchmark questions in the text of training rows: runs of words that both have.

Exact, by the words themselves (letters and digits, without case; each Chinese, Japanese or Korean sign is one word).
A run that many questions of the benchmark share is its boilerplate ("answer with the option's letter …") and says
nothing about a question, so it is left out.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

RUN = 8
"""Words in a run; *chosen*, between the 13 of text-only benchmarks and what short questions about pictures have."""
LEAST = 0.8
"""Share of a question's runs that a row must hold; *chosen*."""
_COMMON = 3  # different questions that may share a run before it is boilerplate; *chosen*
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")


def words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def runs(found: Sequence[str], length: int = RUN) -> set[int]:
    """Hashes of the runs of that many words; none where the text is shorter."""
    return {hash(tuple(found[i : i + length])) for i in range(len(found) - length + 1)}


def containment(question: str, text: str) -> float:
    """The share of the question's runs that the text holds; of a short question all words are one run."""
    asked = words(question)
    own = runs(asked, min(RUN, len(asked)))
    return len(own & runs(words(text), min(RUN, len(asked)))) / len(own) if asked else 0.0


class Questions:
    """An index over a benchmark's questions; equal questions are one, whatever pictures they are about."""

    def __init__(self, questions: Iterable[str]) -> None:
        self._by_words: dict[tuple[str, ...], list[int]] = {}
        for number, question in enumerate(questions):
            if len(found := tuple(words(question))) >= RUN:
                self._by_words.setdefault(found, []).append(number)
        shared = Counter(run for found in self._by_words for run in runs(found))
        self._of_run: dict[int, list[int]] = {}
        self._members = list(self._by_words.values())
        self._sizes: list[int] = []
        for place, found in enumerate(self._by_words):
            own = [run for run in runs(found) if shared[run] <= _COMMON]
            self._sizes.append(len(own))
            for run in own:
                self._of_run.setdefault(run, []).append(place)

    def held_by(self, text: str, least: float = LEAST) -> list[tuple[list[int], float]]:
        """Numbers of the questions (equal ones together) that a text holds, with the share of their runs."""
        hits = Counter(place for run in runs(words(text)) for place in self._of_run.get(run, ()))
        shares = ((place, count / self._sizes[place]) for place, count in hits.items())
        return sorted(
            ((self._members[place], share) for place, share in shares if share >= least), key=lambda one: -one[1]
        )
