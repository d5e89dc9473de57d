"""A judge model behind HTTP endpoints.

What goes wrong is told apart by what the response had to do with it. A server that can't be reached, is busy or takes
too long says nothing about the answer: Unscored. A request that the server refuses for its length or content, an answer
past `judge.longest_answer`, a verdict that can't be read in two tries though others could be (`health`): the response
brought that about, and a policy must not find shelter there: Ungradable, which is paid the lowest tier.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from wethink_plugins import config
from wethink_plugins.endpoints.faults import CallFailed, CallRefused
from wethink_plugins.errors import Ungradable, Unscored
from wethink_plugins.rewards.judge.health import Health
from wethink_plugins.rewards.judge.judge import Judgement
from wethink_plugins.rewards.judge.master_keys import master_key
from wethink_plugins.rewards.judge.prompt import judge_prompt, prompt_for_images
from wethink_plugins.rewards.judge.request import asked_again, call_for
from wethink_plugins.rewards.judge.tiers import LOWEST
from wethink_plugins.rewards.judge.verdict import read_verdict
from wethink_plugins.sample import Sample

if TYPE_CHECKING:
    from wethink_plugins.endpoints.call import Call, Reply
    from wethink_plugins.endpoints.client import Client

# Refusals that are about what was asked. The third, bad_request, is about how: a wrong set-up, which every response
# would meet alike.
_BROUGHT_ABOUT = frozenset({"context_length", "content_filter"})
_log = logging.getLogger(__name__)


class OnlineJudge:
    """Safe to use from several event loops; a pickled copy has connections of its own.

    Raises ConfigError at once for an unknown prompt, a missing key variable or a missing package; connects only when
    it is first asked.
    """

    keeps_deadline = True

    def __init__(self, settings: config.Judge, router: str | None = None, client: Client | None = None) -> None:
        self.name = settings.endpoints[0].model
        self.sees_images = settings.images
        self._settings, self._router = settings, router
        self._prompt = judge_prompt(settings.prompt)
        self._prompt_for_images = prompt_for_images(settings.prompt)
        self.client = client or _client(settings, router)
        self._health = Health()

    def __reduce__(self) -> tuple[type[OnlineJudge], tuple[config.Judge, str | None]]:
        return type(self), (self._settings, self._router)

    async def judge(self, sample: Sample, answer: str) -> Judgement:
        """Never longer than twice `judge.deadline_s`: an unreadable verdict is asked for once more."""
        if why := master_key(answer, sample.answer):
            return Judgement(LOWEST, why, call={"asked": 0})
        if len(answer) > self._settings.longest_answer:
            raise Ungradable(
                f"an answer of {len(answer)} characters, over judge.longest_answer of {self._settings.longest_answer}",
                call={"asked": 0},
            )
        return await self._asked(await self._call(sample, answer))

    def start(self) -> None:
        """Starts the client's thread, and connects to nothing."""
        self.client.start()

    async def aclose(self) -> None:
        await self.client.aclose()

    async def _call(self, sample: Sample, answer: str) -> Call:
        seen = self.sees_images and bool(sample.images)
        prompt = self._prompt_for_images if seen else self._prompt
        return await call_for(prompt, sample, answer, self._settings.max_tokens, self._settings.constrain, seen)

    async def _asked(self, call: Call) -> Judgement:
        for asked in (1, 2):
            reply = await self._reply(call, asked)
            tier = tier_of(reply)
            if tier is not None:
                self._health.count_readable()
                return Judgement(tier, f"judged {tier}", reply.text, self._details(reply, asked))
            self.client.forget(call)  # from the store it would come back unreadable for ever
            call = asked_again(call, reply)
        self._health.count_unreadable()
        raise self._unreadable(reply)

    async def _reply(self, call: Call, asked: int) -> Reply:
        details = {"asked": asked, "prompt": self._prompt.digest}
        try:
            return await self.client.ask(call, self._settings.deadline_s)
        except CallFailed as error:
            raise Unscored(str(error), call={**details, "fault": error.kind}) from error
        except CallRefused as error:
            kind = Ungradable if error.kind in _BROUGHT_ABOUT else Unscored
            raise kind(str(error), call={**details, "fault": error.kind}) from error

    def _unreadable(self, reply: Reply) -> Exception:
        details = {**self._details(reply, 2), "fault": "unreadable", "reply": reply.text}
        cut = " (cut off; raise judge.max_tokens)" if reply.finish_reason == "length" else ""
        reason = f"no verdict in two replies{cut}, the last one {reply.text[-80:]!r}"
        if self._health.good:
            return Ungradable(reason, call=details)
        return Unscored(f"the judge gives nobody a verdict: {reason}", call=details)

    def _details(self, reply: Reply, asked: int) -> dict[str, Any]:
        return {
            "asked": asked,
            "prompt": self._prompt.digest,
            "endpoint": reply.endpoint,
            "model": reply.model,
            "mode": "constrained" if reply.constrained else "free",
            "cached": reply.cached,
            "attempts": reply.attempts,
            "prompt_tokens": reply.prompt_tokens,
            "completion_tokens": reply.completion_tokens,
            "usd": reply.usd,
            "latency_s": reply.latency_s,
        }


def tier_of(reply: Reply) -> str | None:
    """None also for a free reply that was cut off: its last verdict may be one that it quotes or takes back."""
    if reply.finish_reason == "length" and not reply.text.strip().endswith("}"):
        return None
    return read_verdict(reply.text)


def _client(settings: config.Judge, router: str | None) -> Client:
    from wethink_plugins.endpoints.client import Client

    return Client.from_settings(settings, router=router)
