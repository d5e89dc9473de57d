"""A third model settles what the two answerers disagree on; agreement costs no call."""

from __future__ import annotations

import hashlib
from typing import Literal

from pydantic import BaseModel

from wethink_plugins.synthesis.asking.desk import Desk
from wethink_plugins.synthesis.final import settle
from wethink_plugins.synthesis.problem import problem_of
from wethink_plugins.synthesis.records import Arbitration, Choice, Draft
from wethink_plugins.synthesis.rejection import Rejected
from wethink_plugins.synthesis.stage import Stage


class Arbitrated(BaseModel):
    choice: Literal["first", "second", "neither"]
    why: str = ""


class Arbitrate(Stage):
    name = "arbitrate"
    needs = ("question", "answers", "agreement")
    gives = ("arbitration", "answer", "raw_cot", "reward_method")
    roles = {"arbiter": True}
    prompts = ("arbitrate",)

    async def run(self, draft: Draft, desk: Desk) -> None:
        assert draft.agreement is not None
        if draft.agreement.agree:
            return
        order = _order(draft)
        said = await desk.ask(
            self, "arbitrate", Arbitrated, question=problem_of(draft),
            first=draft.answers[order[0]], second=draft.answers[order[1]],
        )  # fmt: skip
        meant: dict[str, Choice] = {"first": order[0], "second": order[1], "neither": "neither"}
        choice = meant[said.choice]
        draft.arbitration = Arbitration(choice=choice, why=said.why)
        if choice == "neither":
            raise Rejected("no_agreement", f"the arbiter takes neither: {said.why}")
        settle(draft, draft.answers[choice])


def _order(draft: Draft) -> tuple[Choice, Choice]:
    """Drawn by the image: models prefer the first or the second, whichever it is, and so neither answerer gains."""
    even = hashlib.sha256(draft.image.id.encode()).digest()[0] % 2 == 0
    return ("vision", "text") if even else ("text", "vision")
