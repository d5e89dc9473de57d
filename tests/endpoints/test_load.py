"""Twenty thousand calls against a server of which three prompts in ten meet a fault."""

import asyncio
from collections import Counter

import pytest

pytest.importorskip("aiohttp")

from tests.endpoints.conftest import IDENTITY, call_of, ledger, outcome_of
from tests.servers import ModelServer, planned
from wethink_plugins.endpoints.call import key_of

# What a prompt meets, and how its call ends.
ENDS = {
    "429 good": "ok", "429:1 429 good": "ok", "500 good": "ok", "503 500 good": "ok", "drop good": "ok",
    "drop_mid good": "ok", "truncated good": "ok", "garbage good": "ok", "html good": "ok", "error200 good": "ok",
    "two": "ok", "hang": "deadline", "drip": "deadline", "context:vllm": "context_length",
    "context:openai": "context_length", "filter": "content_filter", "filter_finish": "content_filter",
    "bad": "bad_request", "404": "bad_request", "429:1000": "rate_limited", "401": "auth",
}  # fmt: skip
PLAN = {"seed": 7, "share": 0.3, "actions": list(ENDS)}
DEADLINE_S = 20


def end_of(prompt):
    actions = [planned(prompt, attempt, PLAN) for attempt in range(3)]
    if actions[0] == "good":
        return "ok"
    # A list of actions is told by how it begins and goes on.
    return next(end for told, end in ENDS.items() if (told.split() + [told.split()[-1]] * 2)[:3] == actions)


@pytest.mark.slow
def test_every_call_ends_as_its_fault_calls_for(client_for, store):
    prompts = [f"Question {i}" for i in range(20_000)]

    async def run(client):
        try:
            return await asyncio.gather(*(outcome_of(client, call_of(prompt), DEADLINE_S) for prompt in prompts))
        finally:
            await client.aclose()

    with ModelServer(plan=PLAN) as server:
        client = client_for(server, endpoint={"max_concurrency": 256}, batch_deadline_s=3000)
        kinds = asyncio.run(run(client))
        log = server.log()
    wrong = [(prompt, kind) for prompt, kind in zip(prompts, kinds, strict=True) if kind != end_of(prompt)]
    assert wrong == []
    lines = ledger(store)
    ours = Counter(line["key"] for line in lines)
    theirs = Counter(line["prompt"] for line in log)
    assert len(lines) == len(log) == client.totals().attempts
    assert all(ours[key_of(call_of(prompt).digest(), IDENTITY)] == theirs[prompt] for prompt in prompts)
    answered = [line for line in log if line["action"] in ("good", "two", "filter_finish")]
    spent = sum(line["prompt_tokens"] + line["completion_tokens"] for line in answered)
    assert spent == sum(line["prompt_tokens"] + line["completion_tokens"] for line in lines)
