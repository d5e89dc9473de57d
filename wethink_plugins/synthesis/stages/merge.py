"""The vision model merges description and dialogue into one refined description."""

from __future__ import annotations

from wethink_plugins.synthesis.asking.desk import Desk
from wethink_plugins.synthesis.records import Draft
from wethink_plugins.synthesis.stage import Stage


class Merge(Stage):
    """Without a dialogue there is nothing to merge, and no call is made: the description stays."""

    name = "merge"
    needs = ("description",)
    gives = ("detail",)
    roles = {"describer": True}
    prompts = ("merge",)

    async def run(self, draft: Draft, desk: Desk) -> None:
        if draft.dialogue:
            draft.detail = await desk.ask(self, "merge", description=draft.description, dialogue=draft.dialogue)
