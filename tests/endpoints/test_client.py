"""What a caller relies on: deadlines, fail-over, one server call for identical calls, replies that are served again."""

import asyncio
import contextlib
import json
import logging
import multiprocessing
import os
import pickle
import subprocess
import sys
import threading
import time
from collections import Counter

import pytest

pytest.importorskip("aiohttp")

from tests.endpoints.conftest import call_of, ledger, outcome_of, settings_for
from tests.servers import ModelServer, marked
from wethink_plugins import config
from wethink_plugins.endpoints import CallFailed, Client
from wethink_plugins.endpoints.transport import new_session, post
from wethink_plugins.errors import ConfigError

SCHEMA = {"type": "object", "properties": {"verdict": {"type": "string"}}}
CLOSED = {**SCHEMA, "enum": [{"verdict": "wrong"}]}


@pytest.fixture
def server():
    with ModelServer() as server:
        yield server


def ask_all(client, calls, deadline_s=20.0, **options):
    """Outcomes in order; the client is closed afterwards."""

    async def run():
        try:
            return await asyncio.gather(*(outcome_of(client, call, deadline_s, **options) for call in calls))
        finally:
            await client.aclose()

    return asyncio.run(run())


def test_a_reply_says_what_it_cost(server, client_for):
    endpoint = {"usd_per_million": {"prompt": 1.0, "completion": 10.0}}
    client = client_for(server, endpoint=endpoint)

    async def run():
        reply = await client.ask(call_of("one two three"), 20)
        await client.aclose()
        return reply

    reply = asyncio.run(run())
    assert (reply.text, reply.prompt_tokens, reply.completion_tokens) == ("VERDICT: correct", 3, 2)
    assert reply.usd == pytest.approx(23e-6) == client.totals().usd
    assert (reply.cached, reply.attempts, reply.endpoint) == (False, 1, server.base_url)


@pytest.mark.parametrize("action", ["hang", "drip"])
def test_no_call_outlives_its_deadline(server, client_for, action):
    start = time.monotonic()
    assert ask_all(client_for(server), [call_of(marked("Q", action))], 1) == ["deadline"]
    assert time.monotonic() - start < 20  # the server would take a minute


def test_a_queue_is_no_fault_of_the_server():
    """Forty calls of half a second, four at a time: far longer than the deadline of each, and none is lost to it."""
    with ModelServer(latency_s=0.5) as server:
        client = Client.from_settings(settings_for(server, store=None, endpoint={"max_concurrency": 4}))
        assert set(ask_all(client, [call_of(str(i)) for i in range(40)], 4)) == {"ok"}


def test_the_wait_for_a_slot_has_an_end(server, client_for):
    async def run(client):
        first = asyncio.create_task(outcome_of(client, call_of(marked("Q", "hang")), 6))
        await asyncio.sleep(0.5)
        second = await outcome_of(client, call_of("after it"), 20, wait_s=0.5)
        await first
        await client.aclose()
        return second

    assert asyncio.run(run(client_for(server, endpoint={"max_concurrency": 1}))) == "deadline"
    assert len(server.log()) == 1


def test_the_next_endpoint_takes_over(client_for, store):
    with ModelServer(text="first") as first, ModelServer(text="second") as second:
        client = client_for(first, second)
        first.kill()
        assert set(ask_all(client, [call_of(str(i)) for i in range(30)])) == {"ok"}
        first.start()
    assert Counter(line["status"] for line in ledger(store) if line["endpoint"] == second.base_url) == {"ok": 30}


@pytest.mark.parametrize("action", ["401", "404", "500", "hang", "429:100"])
def test_any_fault_of_an_endpoint_is_a_reason_to_try_the_next(client_for, action):
    with ModelServer(plan={"share": 1, "actions": [action]}) as first, ModelServer() as second:
        assert ask_all(client_for(first, second), [call_of("Q")], 4) == ["ok"]
        assert len(first.log()) == len(second.log()) == 1


def test_a_refused_request_is_not_carried_to_the_next(client_for):
    with ModelServer(plan={"share": 1, "actions": ["context:vllm"]}) as first, ModelServer() as second:
        assert ask_all(client_for(first, second), [call_of("Q")]) == ["context_length"]
        assert second.log() == []


@pytest.mark.parametrize(
    ("context", "prompt", "kind", "attempts"),
    [
        (1000, "few words", "server_error", 6),
        (1000, "word " * 600, "context_length", 1),
        (None, "word " * 600, "server_error", 6),
    ],
    ids=["another cause", "too long", "it can't be told"],
)
def test_verls_router_hides_that_a_prompt_is_too_long(store, context, prompt, kind, attempts):
    """It answers 500 to all that its server refuses."""
    with ModelServer(context=context) as server:
        router = server.base_url.removeprefix("http://").removesuffix("/v1")
        client = Client.from_settings(settings_for("router", store=store), router=router)
        assert ask_all(client, [call_of(marked(prompt, "500"), max_tokens=500)], 60) == [kind]
        assert len(server.log()) == attempts


def test_a_dead_server_is_left_alone(client_for, store):
    client = client_for("http://127.0.0.1:9/v1")
    outcomes = Counter(ask_all(client, [call_of(str(i)) for i in range(500)], 4))
    assert set(outcomes) <= {"connect", "breaker_open"} and outcomes["breaker_open"] > 100
    assert client.totals().attempts < 500


def test_a_server_that_is_killed_and_started_again_costs_no_call(client_for, store):
    calls = [call_of(f"Q {i}") for i in range(300)]
    with ModelServer(latency_s=0.05) as server:
        client = client_for(server, endpoint={"max_concurrency": 8})

        def interrupt():
            while len(server.log()) < 100:
                time.sleep(0.02)
            server.kill()
            time.sleep(1)
            server.start()

        thread = threading.Thread(target=interrupt)
        thread.start()
        outcomes = Counter(ask_all(client, calls, 60))
        thread.join()
    assert outcomes == {"ok": 300}
    assert Counter(line["status"] for line in ledger(store))["ok"] == 300


def test_a_server_that_is_back_is_used_again_within_the_batch(client_for):
    """Down for half of the time that the batch has; pauses that double from a second would end after it."""
    calls = [call_of(f"Q {i}") for i in range(40)]
    with ModelServer() as server:
        client = client_for(server, endpoint={"max_concurrency": 4}, batch_deadline_s=6)
        server.kill()
        thread = threading.Timer(3.2, server.start)
        thread.start()
        outcomes = Counter(ask_all(client, calls, 60, wait_s=6))
        thread.join()
    assert outcomes == {"ok": 40}


def test_who_answers_in_place_of_the_model_asked_for_is_told(client_for, caplog):
    async def run(client):
        replies = [await client.ask(call_of(str(i)), 20) for i in range(3)]
        await client.aclose()
        return replies

    with ModelServer(answers_as="scripted-mini") as server:
        assert {reply.model for reply in asyncio.run(run(client_for(server)))} == {"scripted-mini"}
    told = [record.message for record in caplog.records if "answers as" in record.message]
    assert told == [f"{server.base_url} was asked for scripted and answers as scripted-mini"]


def test_what_is_too_large_is_left_unread(client_for):
    """What a server has sent of 30 MB, or of no end, is not waited for: neither can cost a deadline, or memory."""
    with ModelServer() as server:
        calls = [call_of(marked(f"Q {i}", action)) for i in range(20) for action in ("large", "endless")]
        client = client_for(server)
        start = time.process_time()
        assert set(ask_all(client, calls, 60)) <= {"bad_reply", "breaker_open"}
        assert time.process_time() - start < 5  # reading 40 times 30 MB in chunks takes more
        assert len(server.log()) <= len(calls)


def test_identical_calls_go_out_once(server, client_for):
    client = client_for(server)
    assert ask_all(client, [call_of("same")] * 20) == ["ok"] * 20
    assert len(server.log()) == 1 and client.totals().joined == 19


def test_a_waiter_who_leaves_takes_nothing_from_the_others():
    async def run(client):
        asks = [asyncio.create_task(client.ask(call_of("same"), 20)) for _ in range(3)]
        await asyncio.sleep(0.3)
        asks[0].cancel()
        results = await asyncio.gather(*asks, return_exceptions=True)
        hasty = asyncio.create_task(client.ask(call_of("alone"), 20))
        await asyncio.sleep(0.3)
        hasty.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await hasty
        again = await client.ask(call_of("alone"), 20)
        await client.aclose()
        return results, again

    with ModelServer(latency_s=1) as server:
        results, again = asyncio.run(run(Client.from_settings(settings_for(server, store=None))))
        assert isinstance(results[0], asyncio.CancelledError)
        assert [result.text for result in results[1:]] == ["VERDICT: correct"] * 2
        assert again.text == "VERDICT: correct"
        assert len(server.log()) == 3


def test_each_waiter_has_a_deadline_of_its_own():
    async def run(client):
        try:
            return await asyncio.gather(
                outcome_of(client, call_of("same"), 0.2), outcome_of(client, call_of("same"), 20)
            )
        finally:
            await client.aclose()

    with ModelServer(latency_s=1) as server:
        assert asyncio.run(run(Client.from_settings(settings_for(server, store=None)))) == ["deadline", "ok"]


def test_good_replies_are_served_again_by_another_process(server, client_for, store):
    calls = [call_of("a"), call_of("b", temperature=0.5), call_of("c", schema=SCHEMA)]
    ask_all(client_for(server), calls)
    program = (
        "import asyncio, pickle, sys\n"
        "client, calls = pickle.load(sys.stdin.buffer)\n"
        "async def run():\n"
        "    replies = await asyncio.gather(*(client.ask(call, 20) for call in calls))\n"
        "    await client.aclose()\n"
        "    return replies\n"
        "print([reply.cached for reply in asyncio.run(run())])\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program],
        input=pickle.dumps((client_for(server), calls)),
        capture_output=True,
        check=True,
    )
    assert run.stdout.decode().strip() == "[True, True, True]"
    assert len(server.log()) == 3


@pytest.mark.parametrize(
    "change",
    [
        {"max_tokens": 5}, {"temperature": 0.1}, {"schema": SCHEMA}, {"seed": 1}, {"extra": {"top_p": 0.5}},
        {"salt": "again"}, {"prompt": "Q "},
    ],
    ids=str,
)  # fmt: skip
def test_whatever_shapes_the_answer_is_part_of_the_key(server, client_for, change):
    ask_all(client_for(server), [call_of("Q")])
    ask_all(client_for(server), [call_of(change.pop("prompt", "Q"), **change)])
    assert len(server.log()) == 2


def test_another_model_or_server_has_replies_of_its_own(server, client_for):
    own = {"identity": None}
    ask_all(client_for(server, endpoint=own), [call_of("Q")])
    ask_all(client_for(server, endpoint={**own, "model": "other"}), [call_of("Q")])
    with ModelServer() as elsewhere:
        ask_all(client_for(elsewhere, endpoint=own), [call_of("Q")])
        assert len(elsewhere.log()) == 1
    assert len(server.log()) == 2


@pytest.mark.parametrize("action", ["null", "filter", "filter_finish", "bad"])
def test_what_is_no_good_reply_is_asked_for_again(server, client_for, action):
    call = call_of(marked("Q", action))
    ask_all(client_for(server), [call])
    ask_all(client_for(server), [call])
    assert len(server.log()) == 2


def test_a_forgotten_reply_is_not_served_again(server, client_for, store):
    async def run(client):
        await client.ask(call_of("Q"), 20)
        client.forget(call_of("Q"))
        again = await client.ask(call_of("Q"), 20)
        client.forget(call_of("Q"))
        await client.aclose()
        return again

    assert not asyncio.run(run(client_for(server))).cached
    ask_all(client_for(server), [call_of("Q")])
    assert len(server.log()) == len(ledger(store)) == 3


def test_two_loops_at_once_share_slots_and_store(server, client_for, store):
    client = client_for(server, endpoint={"max_concurrency": 2})
    outcomes = []

    def one(name):
        outcomes.extend(ask_all(client, [call_of(f"{name} {i}") for i in range(50)]))

    threads = [threading.Thread(target=one, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(outcomes) == {"ok": 150} and len(ledger(store)) == 150


def test_one_loop_after_another(server, client_for):
    client = client_for(server)
    assert [ask_all(client, [call_of(str(i))]) for i in range(3)] == [["ok"]] * 3


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_parent_and_forked_child_both_go_on(server, client_for, store):
    client = client_for(server)
    ask_all(client, [call_of("parent")])
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    child = context.Process(target=lambda: queue.put(ask_all(client, [call_of("parent"), call_of("child")])))
    child.start()
    assert queue.get(timeout=600) == ["ok", "ok"]
    child.join()
    assert ask_all(client, [call_of("child"), call_of("parent again")]) == ["ok", "ok"]
    assert len(server.log()) == len(ledger(store)) == 3
    assert len({line["pid"] for line in ledger(store)}) == 2


@pytest.mark.parametrize(
    ("refuse", "schema", "mode", "attempts"),
    [
        ([], SCHEMA, "json_schema", 1),
        ([], CLOSED, "json_schema", 1),
        (["root_enum"], SCHEMA, "json_schema", 1),
        (["root_enum"], CLOSED, "json_schema", 2),
        (["response_format"], SCHEMA, "structured", 2),
        (["response_format"], CLOSED, "structured", 3),
        (["response_format", "structured_outputs"], SCHEMA, "structured", 3),
        (["response_format", "structured_outputs", "guided_json"], SCHEMA, "free", 4),
        (["response_format", "structured_outputs", "guided_json"], CLOSED, "free", 5),
    ],
)
def test_the_way_to_constrain_output_is_found_once(client_for, refuse, schema, mode, attempts, caplog):
    async def run(client):
        first, second = (
            await client.ask(call_of("1", schema=schema), 20),
            await client.ask(call_of("2", schema=schema), 20),
        )
        await client.ask(call_of("3"), 20)
        await client.aclose()
        return first, second

    caplog.set_level(logging.INFO, "wethink_plugins.endpoints")
    with ModelServer(refuse=refuse) as server:
        client = client_for(server)
        assert client.mode() == "unknown"
        first, second = asyncio.run(run(client))
        assert (client.mode(), first.constrained, second.constrained) == (mode, mode != "free", mode != "free")
        assert (first.attempts, second.attempts) == (attempts, 1)
        assert not {"response_format", "structured_outputs", "guided_json"} & set(server.log()[-1]["fields"])
    told = [
        record
        for record in caplog.records
        if "constrains its replies" in record.message or "takes no schema" in record.message
    ]
    assert len(told) == 1


def test_a_request_at_fault_teaches_nothing_about_the_server(server, client_for):
    client = client_for(server)
    assert ask_all(client, [call_of(marked("Q", "bad"), schema=SCHEMA)]) == ["bad_request"]
    assert client.mode() == "unknown"


def test_the_key_stays_secret(client_for, store, monkeypatch, caplog):
    monkeypatch.setenv("JUDGE_KEY", "sk-secret")
    endpoint = {"api_key_env": "JUDGE_KEY"}
    with ModelServer(key="sk-secret") as server:
        client = client_for(server, endpoint=endpoint)
        assert ask_all(client, [call_of("Q")]) == ["ok"]

        async def refused():
            with pytest.raises(CallFailed) as caught:
                await client.ask(call_of(marked("Q", "401")), 20)
            await client.aclose()
            return str(caught.value)

        told = asyncio.run(refused())
        assert b"sk-secret" not in pickle.dumps(client)
    assert "***" in told
    everything = told + caplog.text + repr(client) + repr(vars(client)) + str(ledger(store))
    assert "sk-secret" not in everything
    for file in store.parent.iterdir():
        assert b"sk-secret" not in file.read_bytes()


@pytest.mark.parametrize("padding", [0, 60, 285, 295])
@pytest.mark.parametrize("status", [401, 500, 200])
def test_a_note_that_is_cut_short_shows_no_part_of_the_key(status, padding):
    key = "sk-abcdefghijklmnopqrstuvwxyz"

    async def answer(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        body = json.dumps({"error": {"message": "x" * padding + key}}) if padding % 2 else "x" * padding + key
        writer.write(f"HTTP/1.1 {status} x\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode())
        await writer.drain()
        writer.close()

    async def run():
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        session = new_session()
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        outcome = await post(session, url, {}, b"{}", None, 20, key.encode())
        await session.close()
        server.close()
        return outcome

    outcome = asyncio.run(run())
    assert outcome.kind != "ok" and outcome.note and "sk-a" not in outcome.note


def test_extra_fields_reach_the_server_and_null_takes_one_away(server, client_for):
    endpoint = {"extra_body": {"max_tokens": None, "max_completion_tokens": 9}}
    ask_all(client_for(server, endpoint=endpoint), [call_of("Q", extra={"top_p": 0.5}, seed=3)])
    assert set(server.log()[0]["fields"]) == {"model", "max_completion_tokens", "temperature", "top_p", "seed"}


def test_hostile_text_is_carried(server, client_for):
    texts = ["\ud800 lone", "\x00 nul", "\u2028", "😀" * 1000, '"}] \\', "x" * 2_000_000]
    assert set(ask_all(client_for(server), [call_of(text) for text in texts])) == {"ok"}


@pytest.mark.parametrize("extra", [{"x": {1, 2}}, {"x": object()}, {"x": float("nan")}], ids=str)
def test_what_is_no_json_is_refused(server, client_for, extra):
    assert ask_all(client_for(server), [call_of("Q", extra=extra)]) == ["bad_request"]


def test_models_are_listed(server, client_for):
    async def run(client):
        models = await client.models()
        await client.aclose()
        return models

    assert asyncio.run(run(client_for(server))) == ["scripted"]
    with pytest.raises(CallFailed):
        asyncio.run(run(client_for("http://127.0.0.1:9/v1")))


def test_the_address_may_come_from_verl_or_the_environment(server, monkeypatch):
    router = server.base_url.removeprefix("http://").removesuffix("/v1")
    client = Client.from_settings(settings_for("router", store=None), router=router)
    assert ask_all(pickle.loads(pickle.dumps(client)), [call_of("Q")]) == ["ok"]
    monkeypatch.setenv("JUDGE_URL", server.base_url + "/")
    assert ask_all(Client.from_settings(settings_for("env:JUDGE_URL", store=None)), [call_of("Q")]) == ["ok"]


@pytest.mark.parametrize(
    ("endpoint", "judge", "told"),
    [
        (None, {}, "no endpoint"),
        ({"base_url": "localhost:8000"}, {}, "no http address"),
        ({"base_url": "https://me:key@host/v1"}, {}, "api_key_env"),
        ({"base_url": "https://host/v1?api_key=1"}, {}, "api_key_env"),
        ({"base_url": "https://host/v1/chat/completions"}, {}, "end it at /v1"),
        ({"base_url": "env:NOT_SET_HERE"}, {}, "NOT_SET_HERE"),
        ({"base_url": "router"}, {}, "reward-model router"),
        ({"api_key_env": "NOT_SET_HERE"}, {}, "NOT_SET_HERE"),
        ({"api_key_env": "BLANK_KEY"}, {}, "BLANK_KEY is not set"),
        ({"api_key_env": "BROKEN_KEY"}, {}, "BROKEN_KEY holds a line break"),
        ({"api_key_env": "FOREIGN_KEY"}, {}, "FOREIGN_KEY holds"),
        ({}, {"ceiling": {"usd": 1}}, "usd_per_million"),
    ],
)
def test_settings_that_cannot_work_are_refused_at_start(endpoint, judge, told, monkeypatch):
    for name, value in {"BLANK_KEY": " ", "BROKEN_KEY": "sk-1\nsk-2", "FOREIGN_KEY": "sk-\u043a\u043b"}.items():
        monkeypatch.setenv(name, value)
    endpoints = [] if endpoint is None else [{"base_url": "http://127.0.0.1:1/v1", "model": "m", **endpoint}]
    with pytest.raises(ConfigError, match=told) as caught:
        Client.from_settings(config.Judge(endpoints=endpoints, **judge))
    assert "sk-" not in str(caught.value)


def test_without_the_extra_one_line_says_what_to_install():
    program = (
        "import sys; sys.modules['aiohttp'] = None\n"
        "from wethink_plugins.config import Judge\n"
        "from wethink_plugins.endpoints import Client\n"
        "Client.from_settings(Judge(endpoints=[{'base_url': 'http://127.0.0.1:1/v1', 'model': 'm'}]))\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert "ConfigError" in run.stderr and "pip install 'wethink-plugins[judge]'" in run.stderr


def test_importing_the_client_imports_no_http():
    program = "import sys, wethink_plugins.endpoints; print({'aiohttp', 'openai', 'httpx', 'ray'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout == "set()\n"


def test_the_store_may_be_named_by_the_environment(server, store, monkeypatch):
    settings = settings_for(server, store="env:MY_CALLS")
    with pytest.raises(ConfigError, match="MY_CALLS is not set"):
        Client.from_settings(settings)
    monkeypatch.setenv("MY_CALLS", str(store))
    client = Client.from_settings(settings)

    async def ask_twice():
        replies = [await client.ask(call_of("Same."), 10) for _ in range(2)]
        await client.aclose()
        return replies

    assert [reply.cached for reply in asyncio.run(ask_twice())] == [False, True]
    assert len(ledger(store)) == 1
