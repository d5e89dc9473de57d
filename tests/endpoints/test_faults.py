"""Every fault that a server can show: how the call ends, and that ledger and server agree on what happened."""

import asyncio
from collections import Counter

import pytest

pytest.importorskip("aiohttp")

from tests.endpoints.conftest import IDENTITY, call_of, ledger, outcome_of, settings_for
from tests.servers import FAULTS, ModelServer, marked
from wethink_plugins.endpoints import Client
from wethink_plugins.endpoints.call import key_of

DEADLINE_S = 6
# How a call ends when the server never does anything else.
FOR_EVER = {
    "429": "rate_limited", "429:1": "rate_limited", "429:date:1": "rate_limited", "429:100": "rate_limited",
    "quota": "rate_limited", "500": "server_error", "503": "server_error", "drop": "connect", "drop_mid": "connect",
    "hang": "deadline", "drip": "deadline", "truncated": "bad_reply", "garbage": "bad_reply", "two": "ok",
    "html": "bad_reply", "error200": "server_error", "context200": "context_length", "null": "ok",
    "no_choices": "bad_reply", "abort": "server_error", "no_usage": "ok", "context:vllm": "context_length",
    "context:vllm_negative": "context_length", "context:openai": "context_length", "context:sglang": "context_length",
    "context:llama": "context_length", "filter": "content_filter", "filter_finish": "content_filter",
    "bad": "bad_request", "401": "auth", "403": "auth", "404": "bad_request", "302": "bad_request",
    "not_http": "bad_reply", "endless": "bad_reply", "large": "bad_reply", "429:0": "rate_limited",
}  # fmt: skip
# Asking again is no use, or there is no time for it.
ONCE = {
    "429:100",
    "endless",
    "large",
    "quota",
    "hang",
    "drip",
    "two",
    "null",
    "no_usage",
    "bad",
    "401",
    "403",
    "404",
    "302",
} | {action for action, kind in FOR_EVER.items() if kind in ("context_length", "content_filter")}
PASSING = sorted(set(FOR_EVER) - ONCE)
# Neither has a number of tokens that both sides know.
UNCOUNTED = {
    "no_usage",
    "drop_mid",
    "drip",
    "truncated",
    "endless",
    "large",
    "drop",
    "hang",
    "not_http",
    "garbage",
    "html",
}
CASES = [(action,) for action in FOR_EVER] + [(action, "good") for action in PASSING]


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """All cases at once, each with a client of its own, so that none opens the breaker for another."""
    folder = tmp_path_factory.mktemp("faults")

    async def one(server, case):
        store, call = folder / f"{' '.join(case)}.sqlite", call_of(marked("Q", *case))
        client = Client.from_settings(settings_for(server, store=store, batch_deadline_s=60))
        kind = await outcome_of(client, call, DEADLINE_S)
        await client.aclose()
        return {"kind": kind, "call": call, "ledger": ledger(store), "totals": client.totals()}

    async def all_of(server):
        return dict(zip(CASES, await asyncio.gather(*(one(server, case) for case in CASES)), strict=True))

    with ModelServer() as server:
        seen = asyncio.run(all_of(server))
        log = server.log()
    for case, result in seen.items():
        result["log"] = [line for line in log if line["prompt"] == marked("Q", *case)]
    return seen


def test_the_table_has_every_fault():
    assert set(FAULTS) <= set(FOR_EVER)


@pytest.mark.parametrize("action", FOR_EVER)
def test_the_call_ends_as_its_fault_calls_for(seen, action):
    assert seen[(action,)]["kind"] == FOR_EVER[action]


@pytest.mark.parametrize("action", PASSING)
def test_a_fault_that_passes_is_survived(seen, action):
    result = seen[(action, "good")]
    assert (result["kind"], len(result["log"])) == ("ok", 2)


@pytest.mark.parametrize("action", FOR_EVER)
def test_what_is_no_use_is_not_tried_again(seen, action):
    attempts = len(seen[(action,)]["log"])
    assert attempts == 1 if action in ONCE else 1 < attempts <= 6


@pytest.mark.parametrize("case", CASES, ids=" ".join)
def test_the_ledger_has_every_attempt_and_token(seen, case):
    result = seen[case]
    assert len(result["ledger"]) == len(result["log"]) == result["totals"].attempts
    assert {line["key"] for line in result["ledger"]} == {key_of(result["call"].digest(), IDENTITY)}
    for ours, theirs in zip(result["ledger"], result["log"], strict=True):
        if theirs["action"] not in UNCOUNTED:
            assert ours["prompt_tokens"] == theirs["prompt_tokens"]
            assert ours["completion_tokens"] == theirs["completion_tokens"]


def test_a_guess_stands_in_for_a_count_that_is_missing(seen):
    (line,) = seen[("no_usage",)]["ledger"]
    assert line["prompt_tokens"] > 0 and line["completion_tokens"] > 0


def test_the_ledger_names_each_attempts_end(seen):
    ends = Counter(line["status"] for result in seen.values() for line in result["ledger"])
    assert {"ok", "dropped", "rate_limited", "server_error", "deadline", "bad_reply", "auth"} <= set(ends)
    assert "cancelled" not in ends
