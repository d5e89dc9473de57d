"""The reasoner says what the description leaves open and asks; the vision model answers; over several turns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from pydantic import BaseModel, Field

from wethink_plugins.synthesis.asking.desk import Desk
from wethink_plugins.synthesis.asking.reply_reading import Invalid
from wethink_plugins.synthesis.records import Draft, Turn
from wethink_plugins.synthesis.stage import Options, Stage


class Inquiry(BaseModel):
    enough: bool
    missing: list[str] = []
    questions: list[str] = []


class Told(BaseModel):
    answers: list[str]


class DialogueOptions(Options):
    """`turns`: at most so many (chosen: 3); it ends before when the reasoner has enough. `questions`: of one turn."""

    turns: Annotated[int, Field(ge=1)] = 3
    questions: Annotated[int, Field(ge=1)] = 4


class Dialogue(Stage):
    name = "dialogue"
    needs = ("description",)
    gives = ("dialogue",)
    roles = {"reasoner": False, "describer": True}
    prompts = ("inquire", "reply")
    Options = DialogueOptions

    async def run(self, draft: Draft, desk: Desk) -> None:
        """`draft.stopped`: enough, or turns, when it ran into its limit."""
        for turn in range(self.options.turns):
            inquiry = await desk.ask(
                self, "inquire", Inquiry, role="reasoner", turn=turn, check=_has_a_point,
                description=draft.description, dialogue=draft.dialogue, most=self.options.questions,
            )  # fmt: skip
            if inquiry.enough:
                draft.stopped = "enough"
                return
            questions = inquiry.questions[: self.options.questions]
            told = await desk.ask(
                self, "reply", Told, role="describer", turn=turn, check=_answers(len(questions)), questions=questions
            )
            draft.dialogue.append(
                Turn(missing=tuple(inquiry.missing), questions=tuple(questions), answers=tuple(told.answers))
            )
        draft.stopped = "turns"


def _has_a_point(inquiry: Inquiry) -> None:
    if not inquiry.enough and not any(question.strip() for question in inquiry.questions):
        raise Invalid('"enough" is false and there is no question.')


def _answers(number: int) -> Callable[[Told], None]:
    def check(told: Told) -> None:
        if len(told.answers) != number:
            raise Invalid(f'"answers" holds {len(told.answers)} texts for {number} questions.')

    return check
