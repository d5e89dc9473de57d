"""The reasoner writes one question, under the constraint of its target."""

from __future__ import annotations

from pydantic import BaseModel

from wethink_plugins.options import LETTERS
from wethink_plugins.synthesis.abilities import MEANING
from wethink_plugins.synthesis.asking.desk import Desk
from wethink_plugins.synthesis.asking.reply_reading import Invalid
from wethink_plugins.synthesis.records import Draft, Question
from wethink_plugins.synthesis.stage import Stage

_MOST_OPTIONS = 8


class Asked(BaseModel):
    question: str
    options: list[str] = []
    answer: str
    domain: str = ""


class Ask(Stage):
    name = "ask"
    needs = ("detail",)
    gives = ("question",)
    roles = {"reasoner": False}
    prompts = ("ask",)
    needs_target = True

    async def run(self, draft: Draft, desk: Desk) -> None:
        target = draft.target
        assert target is not None  # the pipeline waits for it
        choice = target.question_type == "multiple_choice"
        asked = await desk.ask(
            self, "ask", Asked, check=_check_choice if choice else _check_open, repeat=desk.question,
            description=draft.detail, question_type=target.question_type, abilities=list(target.abilities),
            meaning=MEANING, domains=list(target.domains), avoid=list(target.avoid),
        )  # fmt: skip
        draft.question = Question(
            question=asked.question.strip(),
            question_type=target.question_type,
            options=tuple(" ".join(option.split()) for option in asked.options) if choice else (),
            draft=asked.answer.strip(),
            domain=asked.domain.strip(),
        )


def _check_choice(asked: Asked) -> None:
    _check_open(asked)
    options = [" ".join(option.split()) for option in asked.options]
    if not 2 <= len(options) <= _MOST_OPTIONS or not all(options):
        raise Invalid(
            f'"options" holds {len(options)} texts; a multiple choice needs 2 to {_MOST_OPTIONS}, none empty.'
        )
    if len({option.casefold() for option in options}) < len(options):
        raise Invalid('"options" holds the same text twice.')
    if asked.answer.strip().strip("().").upper() not in LETTERS[: len(options)]:
        raise Invalid(f'"answer" must be a letter from A to {LETTERS[len(options) - 1]}.')


def _check_open(asked: Asked) -> None:
    if not asked.question.strip() or not asked.answer.strip():
        raise Invalid('"question" and "answer" must not be empty.')
