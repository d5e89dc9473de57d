"""Whether the two answers are the same: by rule where a rule can tell, else by a judge."""

from __future__ import annotations

from pydantic import BaseModel

from wethink_plugins.errors import Ungradable
from wethink_plugins.rewards.rules import grade
from wethink_plugins.synthesis.asking.desk import Desk
from wethink_plugins.synthesis.final import settle
from wethink_plugins.synthesis.problem import problem_of
from wethink_plugins.synthesis.records import Agreement, Draft
from wethink_plugins.synthesis.stage import Stage
from wethink_plugins.synthesis.vocabulary import UNKNOWN


class Same(BaseModel):
    agree: bool
    why: str = ""


class Agree(Stage):
    """Where they agree, the answer stands, with the reasoning of who read the description: it is the reasoning model's."""

    name = "agree"
    needs = ("question", "answers")
    gives = ("agreement", "answer", "raw_cot", "reward_method")
    roles = {"judge": False}
    prompts = ("same",)

    async def run(self, draft: Draft, desk: Desk) -> None:
        draft.agreement = _by_rule(draft) or await self._by_judge(draft, desk)
        if draft.agreement.agree:
            settle(draft, draft.answers["text"])

    async def _by_judge(self, draft: Draft, desk: Desk) -> Agreement:
        vision, text = draft.answers["vision"], draft.answers["text"]
        said = await desk.ask(self, "same", Same, question=problem_of(draft), first=vision.answer, second=text.answer)
        return Agreement(agree=said.agree, by="judge", why=said.why)


def _by_rule(draft: Draft) -> Agreement | None:
    """None where no rule can tell. Either may be the gold: "3 dogs" is right for "3" and not the other way round."""
    question = draft.question
    assert question is not None
    vision, text = draft.answers["vision"].answer, draft.answers["text"].answer
    unknown = [answer for answer in (vision, text) if answer.casefold().strip(" .") == UNKNOWN]
    if unknown:
        return Agreement(agree=len(unknown) == 2, by="rule", why="who can't tell agrees with nobody")
    if question.question_type == "descriptive":
        return None
    try:
        verdicts = [
            grade(one, other, question.question_type, question.options)
            for one, other in ((vision, text), (text, vision))
        ]
    except Ungradable:
        return None
    if any(verdict.decision == "right" for verdict in verdicts):
        return Agreement(agree=True, by="rule", why=verdicts[0].reason)
    if any(verdict.decision == "undecided" for verdict in verdicts):
        return None
    return Agreement(agree=False, by="rule", why=verdicts[0].reason)
