"""Whether the judge that rows need is configured, reachable, and gives verdicts; what a call takes is kept for the plan."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wethink_plugins.config import WeThinkConfig
from wethink_plugins.doctor.case import Case
from wethink_plugins.doctor.finding import Finding, error, ok, rows_at_fault, warning
from wethink_plugins.doctor.samples import judged, samples_of
from wethink_plugins.endpoints.route import another_model
from wethink_plugins.errors import Ungradable, Unscored, WeThinkError
from wethink_plugins.sample import Sample

if TYPE_CHECKING:
    from wethink_plugins.config import Endpoint, Judge
    from wethink_plugins.rewards.judge.online import OnlineJudge

# Chosen: calls to each endpoint, and the longest that doctor waits for one.
_CALLS, _PATIENCE_S = 3, 20.0
# What a client says of its retries, of interest to nobody here.
_ATTEMPTS = re.compile(r" \(attempts: [^()]*\)$")
_PING = Sample(
    "ping",
    None,
    "What does the dog in the picture do?",
    "",
    "It runs along the beach with a ball in its mouth.",
    "descriptive",
)
_FIXES = {
    "connect": "start the server, or correct judge.endpoints.base_url; try it with `wethink judge ping`",
    "auth": "put a key that the server takes into the variable that api_key_env names",
    "deadline": "raise judge.deadline_s, or give the server fewer calls at once (max_concurrency)",
    "rate_limited": "lower max_concurrency, or set judge.rate to what the server allows",
    "server_error": "look at the server's own log",
    "bad_reply": "is base_url an OpenAI-compatible server? It usually ends in /v1",
}


@dataclass(frozen=True)
class Measured:
    """Means of the calls made, of the endpoint that training would ask first."""

    latency_s: float
    prompt_tokens: float
    completion_tokens: float


def reward_config(case: Case) -> Iterator[Finding]:
    """The whole of what the reward refuses at its start: the YAML, terms, the judge's prompt, a key that isn't set."""
    from wethink_plugins.rewards.judge import judge_from
    from wethink_plugins.rewards.terms import load_terms

    try:
        config = WeThinkConfig.load(case.config_source or {})
        load_terms(config.terms)
        judge_from(config, "127.0.0.1:1" if case.host == "verl" else None)
        if config.shadow.active:
            from wethink_plugins.registry import resolve

            resolve(config.shadow.active, "rewards")
    except WeThinkError as problem:
        yield error("reward config", _without(problem), problem.fix)
        return
    where = str(case.config_source) if not isinstance(case.config_source, dict) else "in the recipe"
    yield ok("reward config", where if case.config_source else "all defaults: none is named")


def judge_for_rows(case: Case) -> Iterator[Finding]:
    config, needing = case.config, judged(case)
    if config is None:
        return
    total = len(samples_of(case))
    if not needing:
        if total:
            yield ok("judge", f"none of {total} rows needs one")
        return
    share = f"{len(needing)} of {total} rows need a judge"
    if config.judge.offline:
        text = f"{share}, and the offline stand-in is no model: it compares words"
        yield warning("judge", text, "name a server under judge.endpoints")
    elif not config.judge.endpoints:
        text = f"{share} ({rows_at_fault(sample.id for sample in needing)}), and none is configured"
        fix = "name a server under judge.endpoints" if case.config_source else _name_config(case)
        yield error("judge", text, fix)


def endpoints(case: Case) -> Iterator[Finding]:
    """One after the other, each alone, so that none answers for another."""
    config = case.config
    if config is None or not config.judge.endpoints or (samples_of(case) and not judged(case)):
        return
    for place, endpoint in enumerate(config.judge.endpoints):
        if endpoint.base_url == "router":
            yield _router(case, endpoint)
            continue
        yield from _Asked(case, config.judge, endpoint).findings(first=place == 0)


def _router(case: Case, endpoint: Endpoint) -> Finding:
    """What the router would answer with 500, without words, in the middle of a run."""
    served = case.recipe.text("reward.reward_model.model_path")
    if case.host == "verl" and not case.recipe.get("reward.reward_model.enable"):
        fix = "reward.reward_model.enable=True, and the other settings in docs/judge.md"
        return error("judge", "judge.endpoints names verl's router, and verl serves no reward model", fix)
    if case.host == "verl" and served != endpoint.model:
        text = f"judge.endpoints asks verl's router for {endpoint.model}, and verl serves {served or 'none'}"
        return error("judge", text, "write the same in judge.endpoints.model and reward.reward_model.model_path")
    return ok("judge", "verl's router, which there is only within a run")


class _Asked:
    def __init__(self, case: Case, judge: Judge, endpoint: Endpoint) -> None:
        limits: dict[str, Any] = {"deadline_s": min(judge.deadline_s, _PATIENCE_S), "store": None, "ceiling": {}}
        self.case, self.endpoint = case, endpoint
        self.settings = type(judge).model_validate(
            {**judge.model_dump(), **limits, "endpoints": [endpoint.model_dump()]}
        )
        self.name = f"{endpoint.model} at {endpoint.base_url}"
        self.samples = (judged(case) or [_PING])[:_CALLS]

    def findings(self, first: bool) -> Iterator[Finding]:
        try:
            yield from asyncio.run(self._ask(first))
        except WeThinkError as problem:
            if not first:  # the first one's is said by reward_config, which asks for all of them
                yield error("judge", f"{self.name}: {_without(problem)}", problem.fix)

    async def _ask(self, first: bool) -> list[Finding]:
        from wethink_plugins.rewards.judge.online import OnlineJudge

        judge = OnlineJudge(self.settings)
        try:
            seconds, tiers, models = [], [], set()
            for sample in self.samples:
                judgement = await judge.judge(sample, sample.answer)
                seconds.append(float(judgement.call.get("latency_s") or 0.0))
                tiers.append(judgement.tier)
                models.add(judgement.call.get("model") or self.endpoint.model)
            others = sorted(model for model in models if another_model(self.endpoint.model, model))
            return [*self._answered(judge.client.totals(), seconds, tiers, first), *self._others(others)]
        except (Unscored, Ungradable) as problem:
            return [await self._failed(judge, problem)]
        finally:
            await judge.aclose()

    def _answered(self, totals: object, seconds: list[float], tiers: list[str], first: bool) -> list[Finding]:
        calls = len(seconds)
        tokens = [getattr(totals, name) / calls for name in ("prompt_tokens", "completion_tokens")]
        if first:
            self.case.cache["measured"] = Measured(sum(seconds) / calls, *tokens)
        found = (
            f"{self.name}: {calls} calls, {sum(seconds) / calls:.2f} s each, verdict {', '.join(sorted(set(tiers)))}"
        )
        if "correct" in tiers:
            return [ok("judge", found)]
        fix = "ask it with `wethink judge calibrate`, and take another model or judge.prompt"
        return [warning("judge", f"{found}, of answers that are the reference itself", fix)]

    def _others(self, models: list[str]) -> Iterator[Finding]:
        if models:
            found = f"{self.endpoint.base_url} was asked for {self.endpoint.model} and answers as {', '.join(models)}"
            fix = "name that one in judge.endpoints.model if it is meant; the journal names who answered"
            yield warning("judge", found, fix)

    async def _failed(self, judge: OnlineJudge, problem: Unscored | Ungradable) -> Finding:
        text = _ATTEMPTS.sub("", " ".join(str(problem).split()))
        kind = str(problem.call.get("fault") or "").strip()
        served = await self._served(judge)
        if served and self.endpoint.model not in served:
            shown = ", ".join(served[:5])
            return error(
                "judge",
                f"{self.endpoint.base_url} has no model {self.endpoint.model}: {text}",
                f"write one that it serves: {shown}",
            )
        if isinstance(problem, Ungradable) or kind == "unreadable":
            fix = "this model can't be used as a judge as it is: try `wethink judge ping`, another model, or judge.max_tokens"
            return error("judge", f"{self.name}: {text}", fix)
        return error("judge", f"{self.name}: {text}", _FIXES.get(kind, "try it with `wethink judge ping`"))

    async def _served(self, judge: OnlineJudge) -> list[str]:
        from wethink_plugins.endpoints.faults import CallFailed

        try:
            return await judge.client.models(0, 5.0)
        except CallFailed:
            return []


def _name_config(case: Case) -> str:
    if case.host == "easyr1":
        return "set worker.reward.reward_function_kwargs.config to a wethink.yaml with judge.endpoints"
    return "export WETHINK_CONFIG=FILE, a wethink.yaml with judge.endpoints"


def _without(problem: WeThinkError) -> str:
    """The error without its fix, which a finding has apart."""
    text = str(problem)
    return text.removesuffix(f"; {problem.fix}") if problem.fix else text
