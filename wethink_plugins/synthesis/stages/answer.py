"""Two models answer independently: one that sees the image, one that reads the refined description."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from pydantic import BaseModel

from wethink_plugins.options import LETTERS
from wethink_plugins.synthesis.asking.desk import Desk
from wethink_plugins.synthesis.asking.reply_reading import Invalid
from wethink_plugins.synthesis.problem import answer_form, problem_of
from wethink_plugins.synthesis.records import Answer, Draft, Question
from wethink_plugins.synthesis.stage import Stage
from wethink_plugins.synthesis.vocabulary import UNKNOWN


class Answered(BaseModel):
    reasoning: str
    answer: str


class AnswerTwice(Stage):
    name = "answer"
    needs = ("question", "detail")
    gives = ("answers",)
    roles = {"vision_answerer": True, "text_answerer": False}
    prompts = ("answer_vision", "answer_text")

    async def run(self, draft: Draft, desk: Desk) -> None:
        question = draft.question
        assert question is not None
        asked = {"question": problem_of(draft), "form": answer_form(question)}
        seen, read = await _both(
            desk.ask(self, "answer_vision", Answered, role="vision_answerer", check=_usable(question), **asked),
            desk.ask(
                self, "answer_text", Answered, role="text_answerer", check=_usable(question),
                description=draft.detail, **asked,
            ),
        )  # fmt: skip
        draft.answers = {"vision": _answer(question, seen), "text": _answer(question, read)}


async def _both(first: Awaitable[Answered], second: Awaitable[Answered]) -> tuple[Answered, Answered]:
    """Waits for both, whatever the one does, so that how an item ends doesn't depend on who is faster."""
    one, two = await asyncio.gather(first, second, return_exceptions=True)
    if isinstance(one, BaseException):
        raise one
    if isinstance(two, BaseException):
        raise two
    return one, two


def letter_of(answer: str) -> str:
    """Of "B", "(b)", "B.", "B. a cat"; empty where none is to be found."""
    head = answer.strip().strip("()[]*. ").upper()
    first = head[:1]
    return first if first in LETTERS and (len(head) == 1 or head[1] in ").:] ") else ""


def _answer(question: Question, said: Answered) -> Answer:
    answer = said.answer.strip()
    if question.question_type == "multiple_choice":
        answer = letter_of(answer) or answer
    return Answer(reasoning=said.reasoning.strip(), answer=answer)


def _usable(question: Question) -> Callable[[Answered], None]:
    letters = LETTERS[: len(question.options)]

    def check(said: Answered) -> None:
        if not said.answer.strip() or not said.reasoning.strip():
            raise Invalid('"reasoning" and "answer" must not be empty.')
        if letters and said.answer.strip().casefold() != UNKNOWN and letter_of(said.answer) not in [*letters]:
            raise Invalid(f'"answer" must be one letter from A to {letters[-1]}.')

    return check
