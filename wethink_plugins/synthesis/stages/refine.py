"""The raw chain of thought, rewritten given image and answer, so that it speaks of the image."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from pydantic import BaseModel, Field

from wethink_plugins.errors import Ungradable
from wethink_plugins.rewards.rules import grade
from wethink_plugins.synthesis.asking.desk import Desk
from wethink_plugins.synthesis.asking.reply_reading import Invalid
from wethink_plugins.synthesis.problem import problem_of
from wethink_plugins.synthesis.records import Draft, Question
from wethink_plugins.synthesis.stage import Options, Stage
from wethink_plugins.synthesis.stages.screen import MARKS, SPEAKS_OF_TEXT


class Refined(BaseModel):
    reasoning: str
    answer: str


class RefineOptions(Options):
    """In characters (chosen)."""

    shortest: Annotated[int, Field(ge=1)] = 20
    longest: Annotated[int, Field(ge=1)] = 6000


class Refine(Stage):
    name = "refine"
    needs = ("question", "answer", "raw_cot")
    gives = ("cot",)
    roles = {"refiner": True}
    prompts = ("refine",)
    Options = RefineOptions

    async def run(self, draft: Draft, desk: Desk) -> None:
        assert draft.question is not None
        refined = await desk.ask(
            self, "refine", Refined, check=self._check(draft.question, draft.answer), reason="bad_reasoning",
            question=problem_of(draft), answer=draft.answer, reasoning=draft.raw_cot,
        )  # fmt: skip
        draft.cot = refined.reasoning.strip()

    def _check(self, question: Question, answer: str) -> Callable[[Refined], None]:
        def check(refined: Refined) -> None:
            text = refined.reasoning.strip()
            if not self.options.shortest <= len(text) <= self.options.longest:
                raise Invalid(f'"reasoning" has {len(text)} characters, not {self.options.shortest} to {self.options.longest}.')  # fmt: skip
            if found := SPEAKS_OF_TEXT.search(text):
                raise Invalid(f'"reasoning" speaks of {found[0]!r}; speak of the image.')
            if found := MARKS.search(text):
                raise Invalid(f'"reasoning" holds {found[0]!r}; no tags.')
            if _contradicts(question, refined.answer, answer):
                raise Invalid(f'"reasoning" ends in {refined.answer!r}, not in the final answer {answer!r}.')

        return check


def _contradicts(question: Question, reached: str, answer: str) -> bool:
    """Only what a rule is sure of: a descriptive answer may be worded otherwise."""
    if question.question_type == "descriptive":
        return not reached.strip()
    try:
        return grade(reached, answer, question.question_type, question.options).decision == "wrong"
    except Ungradable:
        return False
