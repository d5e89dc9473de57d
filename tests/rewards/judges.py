"""Judges that stand at the far end of the wire and misbehave to order."""

import asyncio
import contextlib

from wethink_plugins.errors import Ungradable, Unscored
from wethink_plugins.rewards.judge import Judgement


class ScriptedJudge:
    """Says what the answer tells it to: a tier, or or one of the misbehaviours below."""

    name = "scripted"

    def __init__(self):
        self.running = self.most_running = 0

    async def judge(self, sample, answer):
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            return await self._say(answer)
        finally:
            self.running -= 1

    async def _say(self, answer):
        if answer == "down":
            raise Unscored("429 for 60 s")
        if answer == "filtered":
            raise Ungradable("content filter")
        if answer == "bug":
            raise RuntimeError("a bug in the judge")
        if answer == "cancelled":
            raise asyncio.CancelledError
        if answer == "nothing":
            return None
        if answer == "deaf":
            await self._ignore_cancellation()
        if answer == "slow":
            await asyncio.sleep(30)
        await asyncio.sleep(0.01)
        return Judgement(answer, "as told", f"VERDICT: {answer}")

    async def _ignore_cancellation(self):
        for _ in range(100):
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(0.05)
