"""What a run will ask of its judge, before it starts: calls a step, time and money of an epoch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wethink_plugins.doctor.case import Case
from wethink_plugins.doctor.finding import Finding, ok, warning
from wethink_plugins.doctor.judge import Measured
from wethink_plugins.doctor.rows import rows_of
from wethink_plugins.doctor.samples import judged, samples_of

# Host -> (prompts a step, answers a prompt), with the host's own defaults in `wethink_plugins.doctor.hosts`.
_SIZES = {
    "easyr1": ("data.rollout_batch_size", "worker.rollout.n"),
    "verl": ("data.train_batch_size", "actor_rollout_ref.rollout.n"),
}


@dataclass(frozen=True)
class Plan:
    """`seconds` is what the judge takes if its time a call stays as measured, `usd` None without prices."""

    steps: int
    calls_a_step: int
    seconds_a_step: float | None
    usd: float | None


def plan_of(case: Case) -> Plan | None:
    """Of one epoch; None where rows or sizes aren't known."""
    rows, config = rows_of(case), case.config
    prompts, answers = (case.recipe.get(key) for key in _SIZES[case.host])
    seen = len(samples_of(case))
    if rows is None or config is None or not seen or not isinstance(prompts, int) or not isinstance(answers, int):
        return None
    calls = round(prompts * answers * len(judged(case)) / seen)
    steps = rows.total // prompts
    measured: Measured | None = case.cache.get("measured")
    seconds = usd = None
    if measured is not None and config.judge.endpoints:
        endpoint = config.judge.endpoints[0]
        seconds = max(_seconds(calls, measured.latency_s, endpoint.max_concurrency), _paced(calls, case, measured))
        if endpoint.usd_per_million is not None:
            prices = endpoint.usd_per_million
            a_call = measured.prompt_tokens * prices.prompt + measured.completion_tokens * prices.completion
            usd = steps * calls * a_call / 1e6
    return Plan(steps, calls, seconds, usd)


def _seconds(calls: int, latency_s: float, at_once: int) -> float:
    return -(-calls // at_once) * latency_s


def _paced(calls: int, case: Case, measured: Measured) -> float:
    """What the configured rate limits alone make of it."""
    assert case.config is not None
    rate = case.config.judge.rate
    tokens = measured.prompt_tokens + measured.completion_tokens
    paces = [(rate.requests_per_minute, 1.0), (rate.tokens_per_minute, tokens)]
    return max((60 * calls * each / limit for limit, each in paces if limit), default=0.0)


def plan(case: Case) -> Iterator[Finding]:
    found = plan_of(case)
    if found is None:
        return
    assert case.config is not None
    judge = case.config.judge
    prompts, answers = (case.recipe.get(key) for key in _SIZES[case.host])
    if not found.steps:
        rows = rows_of(case)
        text = f"a step takes {prompts} rows, and there are {rows.total if rows else 0}"
        yield warning("plan", text, f"lower {_SIZES[case.host][0]}, or give more rows")
        return
    calls = f"up to {found.calls_a_step} judge calls" if found.calls_a_step else "no judge calls"
    text = f"{found.steps} steps an epoch, {prompts} prompts x {answers} answers, {calls} a step"
    yield ok("plan", text + _time_and_money(found))
    if found.seconds_a_step is not None and found.seconds_a_step > judge.batch_deadline_s:
        text = f"the judge calls of a step would take {found.seconds_a_step:.0f} s, over judge.batch_deadline_s of {judge.batch_deadline_s:.0f}"
        yield warning("plan", text, "raise max_concurrency, judge.rate or judge.batch_deadline_s, or add a server")
    if found.usd is not None and judge.ceiling.usd is not None and found.usd > judge.ceiling.usd:
        text = f"an epoch would cost about ${found.usd:.2f}, over judge.ceiling.usd of {judge.ceiling.usd:.2f}"
        yield warning("plan", text, "raise judge.ceiling.usd, or the run ends there")


def _time_and_money(found: Plan) -> str:
    if not found.calls_a_step or found.seconds_a_step is None:
        return ""
    time = f"; at the measured speed {found.seconds_a_step:.1f} s a step and {found.seconds_a_step * found.steps / 3600:.2f} h an epoch"
    money = f", about ${found.usd:.2f} an epoch" if found.usd is not None else ", no prices given (usd_per_million)"
    return time + money
