"""How far the two answerers agree, and what the arbiter made of it where they don't."""

from __future__ import annotations

from collections import Counter
from typing import Any

from wethink_plugins.options import LETTERS
from wethink_plugins.synthesis.records import ItemRecord
from wethink_plugins.synthesis.report.outcome import Outcome
from wethink_plugins.synthesis.report.share import share
from wethink_plugins.synthesis.report.traits import NONE, abilities_of, asked_domain_of, type_of
from wethink_plugins.vocabulary import QUESTION_TYPES

VISION, TEXT = "vision", "text"
CHOICES = (VISION, TEXT, "neither")
NOT_ASKED = "not_asked"
"""They disagree, and no arbiter was asked, or none gave a decision."""
OTHER = "other"
# Chosen: a table of every domain that a model can think of is no table.
_DOMAINS = 40


class Answers:
    """Items of which both answers were compared, whatever became of them afterwards."""

    def __init__(self) -> None:
        self._cells: Counter[tuple[str, str, str]] = Counter()
        self._by: Counter[str] = Counter()
        self._letters: Counter[tuple[str, str]] = Counter()
        self._gold: Counter[str] = Counter()
        self._types: Counter[tuple[str, str]] = Counter()
        self._settled: Counter[str] = Counter()

    def add(self, item: ItemRecord, outcome: Outcome) -> None:
        draft, kind = item.draft, type_of(item)
        if draft.target and draft.question:
            self._types[draft.target.question_type, draft.question.question_type] += 1
        if outcome.kind == "accepted" and kind == "multiple_choice":
            self._gold[_letter(draft.answer)] += 1
        if draft.agreement is None:
            return
        said = self._said(item)
        self._by[draft.agreement.by] += 1
        if outcome.kind == "accepted":
            self._settled["agreement" if said == "agree" else "arbiter" if said in CHOICES else OTHER] += 1
        groups = [("all", "all"), ("question_type", kind), ("domain", asked_domain_of(item))]
        groups += [("ability", name) for name in abilities_of(item) or (NONE,)]
        for by, name in groups:
            self._cells[by, name, said] += 1
        if kind == "multiple_choice" and {VISION, TEXT} <= draft.answers.keys():
            self._letters[_letter(draft.answers[VISION].answer), _letter(draft.answers[TEXT].answer)] += 1

    def figures(self) -> dict[str, Any]:
        """`by` -> one line a value. `overturned`: of what was arbitrated, how often the vision answer did not stand."""
        return {
            "compared_by": dict(self._by.most_common()),
            "all": self._line("all", "all"),
            "question_type": self._lines("question_type", QUESTION_TYPES),
            "ability": self._lines("ability", ()),
            "domain": self._lines("domain", ())[:_DOMAINS],
            "accepted_settled_by": {name: self._settled[name] for name in ("agreement", "arbiter", OTHER)},
            "letters": _matrix(self._letters),
            "gold_letters": dict(sorted(self._gold.items())),
            "asked_and_written_type": _matrix(self._types),
        }

    def _said(self, item: ItemRecord) -> str:
        draft = item.draft
        if draft.agreement is not None and draft.agreement.agree:
            return "agree"
        return draft.arbitration.choice if draft.arbitration else NOT_ASKED

    def _lines(self, by: str, first: tuple[str, ...]) -> list[dict[str, Any]]:
        """In the given order, then the most frequent first."""
        sizes: Counter[str] = Counter()
        for (kind, name, _), number in self._cells.items():
            if kind == by:
                sizes[name] += number
        names = [name for name in first if name in sizes]
        names += [name for name, _ in sorted(sizes.items(), key=lambda pair: (-pair[1], pair[0])) if name not in names]
        return [self._line(by, name) for name in names]

    def _line(self, by: str, name: str) -> dict[str, Any]:
        cell = {said: self._cells[by, name, said] for said in ("agree", *CHOICES, NOT_ASKED)}
        compared, arbitrated = sum(cell.values()), sum(cell[choice] for choice in CHOICES)
        return {
            "name": name,
            "agree": share(cell["agree"], compared),
            "disagree": compared - cell["agree"],
            "arbitrated": arbitrated,
            **{choice: share(cell[choice], arbitrated) for choice in CHOICES},
            "overturned": share(arbitrated - cell[VISION], arbitrated),
            NOT_ASKED: cell[NOT_ASKED],
        }


def _letter(answer: str) -> str:
    letter = answer.strip().strip("().").upper()
    return letter if len(letter) == 1 and letter in LETTERS else OTHER


def _matrix(counts: Counter[tuple[str, str]]) -> dict[str, Any]:
    """Rows are the first of the pairs, columns the second."""
    names = sorted({name for pair in counts for name in pair}, key=lambda name: (name == OTHER, name))
    return {"names": names, "counts": [[counts[row, column] for column in names] for row in names]}
