"""The final answer of an item, as a row can hold it and a reward can check it."""

from __future__ import annotations

from wethink_plugins.options import LETTERS
from wethink_plugins.rewards.rules import grade
from wethink_plugins.synthesis.records import Answer, Draft
from wethink_plugins.synthesis.rejection import Rejected
from wethink_plugins.synthesis.vocabulary import UNKNOWN


def settle(draft: Draft, winner: Answer) -> None:
    """Fills in `answer` and `raw_cot`. Rejected bad_answer where no reward could ever be right about it."""
    question = draft.question
    assert question is not None
    if winner.answer.casefold().strip(" .") == UNKNOWN:
        raise Rejected("bad_answer", "who was right said that it can't be known")
    if question.question_type == "multiple_choice" and winner.answer not in [*LETTERS[: len(question.options)]]:
        raise Rejected("bad_answer", f"{winner.answer!r} is none of the options")
    if question.question_type == "fill_in_blank":
        verdict = grade(winner.answer, winner.answer, "fill_in_blank")
        if verdict.decision != "right":
            raise Rejected("bad_answer", f"a rule can't grade {winner.answer!r} against itself: {verdict.reason}")
    draft.answer, draft.raw_cot = winner.answer, winner.reasoning
    draft.reward_method = "model" if question.question_type == "descriptive" else "rule"
