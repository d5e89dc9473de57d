"""The two filters that are models: one without the picture, one with it, who also names the abilities it really needs."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from wethink_plugins.synthesis.abilities import ALL, MEANING, read_abilities
from wethink_plugins.synthesis.asking.desk import Desk
from wethink_plugins.synthesis.problem import problem_of
from wethink_plugins.synthesis.records import Check, Draft
from wethink_plugins.synthesis.rejection import Rejected
from wethink_plugins.synthesis.stage import Options, Stage
from wethink_plugins.synthesis.vocabulary import REASONING


class Checked(BaseModel):
    valid: bool
    problem: str = ""


class Seen(Checked):
    abilities: list[str]


class CheckOptions(Options):
    """`require` target: all abilities that were asked for must be needed; any: reasoning and one more (the paper's rule).

    `text`, `image`: which of the two filters is used; without the second nobody verifies the abilities.
    """

    require: Literal["target", "any"] = "target"
    text: bool = True
    image: bool = True


class CheckQuestion(Stage):
    name = "check"
    needs = ("question", "detail")
    gives = ("abilities",)
    roles = {"checker": False, "describer": True}
    prompts = ("check_text", "check_image")
    needs_target = True
    Options = CheckOptions

    async def run(self, draft: Draft, desk: Desk) -> None:
        problem = problem_of(draft)
        assert draft.target is not None
        draft.abilities = (REASONING, *draft.target.abilities)
        if self.options.text:
            said = await desk.ask(
                self, "check_text", Checked, role="checker", description=draft.detail, question=problem
            )
            _note(draft, Check(stage="check_text", valid=said.valid, problem=said.problem))
        if self.options.image:
            seen = await desk.ask(
                self, "check_image", Seen, role="describer", question=problem, all_abilities=list(ALL), meaning=MEANING
            )
            found = read_abilities(seen.abilities)
            _note(draft, Check(stage="check_image", valid=seen.valid, problem=seen.problem, abilities=found))
            self._constrain(draft, found)

    def _constrain(self, draft: Draft, found: tuple[str, ...]) -> None:
        assert draft.target is not None
        wanted = {REASONING, *(draft.target.abilities if self.options.require == "target" else ())}
        lacking = [name for name in ALL if name in wanted and name not in found]
        if lacking or len(found) < 2:
            raise Rejected(
                "lacks_ability",
                f"needs {', '.join(found) or 'none'}; lacks {', '.join(lacking) or 'any beside reasoning'}",
            )
        draft.abilities = found


def _note(draft: Draft, check: Check) -> None:
    draft.checks.append(check)
    if not check.valid:
        raise Rejected("invalid_question", f"{check.stage}: {check.problem or 'no reason was given'}")
