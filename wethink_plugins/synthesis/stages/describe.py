"""The vision model gives a coarse description."""

from __future__ import annotations

from wethink_plugins.synthesis.asking.desk import Desk
from wethink_plugins.synthesis.records import Draft
from wethink_plugins.synthesis.stage import Stage


class Describe(Stage):
    name = "describe"
    gives = ("description", "detail")
    roles = {"describer": True}
    prompts = ("describe",)

    async def run(self, draft: Draft, desk: Desk) -> None:
        draft.description = draft.detail = await desk.ask(self, "describe")
