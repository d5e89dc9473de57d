"""The domain of the finished item. What it needs and how it is rewarded is known by then."""

from __future__ import annotations

from pydantic import BaseModel

from wethink_plugins.synthesis.asking.desk import Desk
from wethink_plugins.synthesis.asking.reply_reading import Invalid
from wethink_plugins.synthesis.problem import problem_of
from wethink_plugins.synthesis.records import Draft
from wethink_plugins.synthesis.stage import Stage

OTHER = "other"


class Classified(BaseModel):
    domain: str


class Classify(Stage):
    name = "classify"
    needs = ("question", "answer")
    gives = ("domain",)
    roles = {"reasoner": False}
    prompts = ("classify",)

    async def run(self, draft: Draft, desk: Desk) -> None:
        known = {name.casefold(): name for name in (*desk.domains, OTHER)}

        def check(said: Classified) -> None:
            if not said.domain.strip() or (desk.domains and said.domain.strip().casefold() not in known):
                raise Invalid(
                    f'"domain" must be one of {", ".join(known.values())}.' if desk.domains else '"domain" is empty.'
                )

        said = await desk.ask(
            self, "classify", Classified, check=check, question=problem_of(draft), answer=draft.answer,
            domains=list(desk.domains),
        )  # fmt: skip
        draft.domain = known.get(said.domain.strip().casefold(), " ".join(said.domain.split()).casefold())
