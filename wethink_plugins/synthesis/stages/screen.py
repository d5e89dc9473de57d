"""What a rule can see of a bad question, before any model is paid for looking."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field

from wethink_plugins.options import option_lines, split_options
from wethink_plugins.synthesis.asking.desk import Desk
from wethink_plugins.synthesis.records import Draft, Question
from wethink_plugins.synthesis.rejection import Rejected
from wethink_plugins.synthesis.stage import Options, Stage

# Whoever answers sees an image and no description of it.
SPEAKS_OF_TEXT = re.compile(
    r"\b(?:the|this|that|given|provided|above|your)\s+(?:\w+\s+)?(?:description|caption|dialogue|passage)s?\b"
    r"|\b(?:is|are|was|were|as)\s+described\b|\baccording to the (?:text|description|caption)\b",
    re.IGNORECASE,
)
# Trainers take these for their own marks (see datasets.literals).
MARKS = re.compile(r"</?(?:image|video|audio|think|answer)>|<\|", re.IGNORECASE)


class ScreenOptions(Options):
    """In characters (chosen)."""

    shortest: Annotated[int, Field(ge=1)] = 12
    longest: Annotated[int, Field(ge=1)] = 1200
    longest_answer: Annotated[int, Field(ge=1)] = 1200


class Screen(Stage):
    name = "screen"
    needs = ("question",)
    Options = ScreenOptions

    async def run(self, draft: Draft, desk: Desk) -> None:
        assert draft.question is not None
        fault = self._fault(draft.question)
        if fault:
            raise Rejected("bad_question", fault)

    def _fault(self, asked: Question) -> str:
        whole = " ".join((asked.question, *asked.options, asked.draft))
        if not self.options.shortest <= len(asked.question) <= self.options.longest:
            return f"{len(asked.question)} characters, not {self.options.shortest} to {self.options.longest}"
        if len(asked.draft) > self.options.longest_answer:
            return f"its answer has {len(asked.draft)} characters, more than {self.options.longest_answer}"
        if found := SPEAKS_OF_TEXT.search(whole):
            return f"speaks of {found[0]!r}, which who sees the image doesn't have"
        if found := MARKS.search(whole):
            return f"holds {found[0]!r}, which trainers read as their own"
        return _option_fault(asked)


def _option_fault(asked: Question) -> str:
    """The row holds the options as lines of its problem; they must be found there again."""
    if asked.question_type != "multiple_choice":
        return "has options in its text" if split_options(asked.question)[1] else ""
    read = split_options(f"{asked.question}\n{option_lines(asked.options)}")
    return "" if read == (asked.question, asked.options) else "its options can't be told from its text"
