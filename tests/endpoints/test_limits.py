"""The rate and the ceiling of a run, over its processes, and what a broken store does to calls: nothing."""

import asyncio
import contextlib
import json
import logging
import os
import pickle
import sqlite3
import subprocess
import sys
import time
from collections import Counter

import pytest

pytest.importorskip("aiohttp")

from tests.endpoints.conftest import call_of, ledger, outcome_of, settings_for
from tests.servers import ModelServer, marked
from wethink_plugins.endpoints import Client
from wethink_plugins.endpoints.limits import Limits, ReservationRequest
from wethink_plugins.endpoints.records import AttemptRecord
from wethink_plugins.endpoints.store import CallStore

WORKER = """
import asyncio, json, pickle, sys
from wethink_plugins.endpoints import CallFailed, CallRefused
client, calls, wait_s = pickle.load(sys.stdin.buffer)
async def one(call):
    try:
        await client.ask(call, 20, wait_s=wait_s)
    except (CallFailed, CallRefused) as error:
        return error.kind
    return "ok"
async def run():
    kinds = await asyncio.gather(*map(one, calls))
    await client.aclose()
    return kinds
print(json.dumps(asyncio.run(run())))
"""


@pytest.fixture
def server():
    with ModelServer() as server:
        yield server


def in_processes(client, batches, wait_s):
    """The outcomes of each batch, all at the same time, each in a process of its own."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "env": {**os.environ, "PYTHONPATH": os.getcwd()}}
    workers = [subprocess.Popen([sys.executable, "-c", WORKER], **pipes) for _ in batches]
    for worker, calls in zip(workers, batches, strict=True):
        worker.stdin.write(pickle.dumps((client, calls, wait_s)))
        worker.stdin.close()
    return [json.loads(worker.stdout.read()) for worker in workers if worker.wait() == 0]


def ask_all(client, calls, **options):
    async def run():
        try:
            return await asyncio.gather(*(outcome_of(client, call, **options) for call in calls))
        finally:
            await client.aclose()

    return asyncio.run(run())


def batches(processes, calls):
    return [[call_of(f"{process} {i}") for i in range(calls)] for process in range(processes)]


def test_processes_share_one_rate(server, client_for):
    """What was sent up to any moment is no more than the rate allows since before the first process began."""
    client = client_for(server, rate={"requests_per_minute": 600}, endpoint={"max_concurrency": 8})
    start = time.time()
    outcomes = in_processes(client, batches(4, 200), 5)
    assert {kind for kinds in outcomes for kind in kinds} <= {"ok", "rate_limited", "deadline"}
    assert len(outcomes) == 4 and sum("ok" in kinds for kinds in outcomes) >= 2
    times = [line["time"] for line in server.log()]
    assert len(times) > 20
    for number, sent in enumerate(sorted(times), 1):
        assert number <= (sent - start) * 10 + 1


def test_tokens_have_a_rate_of_their_own():
    """600 a second: of ten requests of 600 each, those due within two and a half seconds. The true number moves the rest."""
    store, limits, now = CallStore(None), Limits(tokens_per_minute=36_000), time.time()
    reservations = store.reserve("run", [ReservationRequest(600, 0.0, now + 2.5)] * 10, limits)
    assert [reservation.refused for reservation in reservations] == [""] * 3 + ["rate_limited"] * 7
    used = AttemptRecord(now, "key", "endpoint", "model", "ok", 200, 100, 0, None, 0.1, reserved_tokens=600)
    store.record("run", 1, [used] * 3, [], limits)
    (reservation,) = store.reserve("run", [ReservationRequest(600, 0.0, now + 2.5)], limits)
    assert reservation.at == pytest.approx(reservations[0].at + 0.5)


def test_a_clock_that_was_set_back_blocks_nothing():
    store, now = CallStore(None), time.time()
    store.reserve(
        "run", [ReservationRequest(0, 0.0, now + 10)], Limits(requests_per_minute=1e-4)
    )  # the next one is due in a week
    (reservation,) = store.reserve("run", [ReservationRequest(0, 0.0, now + 10)], Limits(requests_per_minute=1))
    assert not reservation.refused


def test_the_ceiling_holds_over_processes(server, client_for, store):
    client = client_for(server, ceiling={"tokens": 200}, endpoint={"max_concurrency": 4})
    outcomes = in_processes(
        client, [[call_of(c.messages[0]["content"], max_tokens=4) for c in b] for b in batches(3, 60)], 60
    )
    kinds = Counter(kind for batch in outcomes for kind in batch)
    spent = sum(line["prompt_tokens"] + line["completion_tokens"] for line in ledger(store))
    assert set(kinds) == {"ok", "ceiling"} and sum(kinds.values()) == 180
    assert 150 <= spent <= 200
    assert spent == sum(line["prompt_tokens"] + line["completion_tokens"] for line in server.log())


def test_the_ceiling_in_dollars(server, client_for, store):
    endpoint = {"usd_per_million": {"prompt": 1e5, "completion": 1e5}, "max_concurrency": 1}
    client = client_for(server, ceiling={"usd": 6.0}, endpoint=endpoint)
    kinds = Counter(ask_all(client, [call_of(f"{i} Q", max_tokens=3) for i in range(50)]))
    assert set(kinds) == {"ok", "ceiling"}
    assert 4 <= client.totals().usd <= 6.0


def test_another_run_starts_from_nothing(server, client_for, monkeypatch):
    limits = {"ceiling": {"tokens": 20}}
    assert ask_all(client_for(server, **limits), [call_of(f"{i}", max_tokens=4) for i in range(20)])[-1] == "ceiling"
    monkeypatch.setenv("WETHINK_RUN_ID", "another")
    assert ask_all(client_for(server, **limits), [call_of("new", max_tokens=4)]) == ["ok"]


def test_what_was_set_aside_comes_back(server, client_for, store):
    """By calls that fail, are cut off, or are given up by their caller."""
    actions = ["good", "500 good", "hang", "context:vllm", "garbage good"]
    client = client_for(server, ceiling={"tokens": 1_000_000})

    async def run():
        asks = [asyncio.create_task(outcome_of(client, call_of(marked("Q", action)), 3)) for action in actions]
        given_up = asyncio.create_task(client.ask(call_of(marked("given up", "hang")), 30))
        await asyncio.gather(*asks)
        given_up.cancel()
        await asyncio.wait([given_up])
        await client.aclose()

    asyncio.run(run())
    with contextlib.closing(sqlite3.connect(store)) as connection:
        (reserved,) = connection.execute("SELECT reserved_tokens FROM runs").fetchone()
    assert reserved == 0
    assert Counter(line["status"] for line in ledger(store))["cancelled"] == 1


def corrupt(store):
    store.write_bytes(b"this is no database " * 1000)


def other_layout(store):
    with contextlib.closing(sqlite3.connect(store)) as connection:
        connection.execute("PRAGMA user_version = 99")


def no_folder(store):
    store.parent.joinpath("calls.sqlite").mkdir()


@pytest.mark.parametrize("harm", [corrupt, other_layout, no_folder])
@pytest.mark.parametrize("limits", [{}, {"rate": {"requests_per_minute": 60_000}}], ids=["", "rate"])
def test_a_store_that_cannot_be_used_is_a_warning(server, client_for, store, caplog, harm, limits):
    harm(store)
    assert ask_all(client_for(server, **limits), [call_of(str(i)) for i in range(20)]) == ["ok"] * 20
    told = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert len(told) == 1 and str(store) in told[0].message
    assert len(server.log()) == 20


def test_a_locked_store_delays_nothing_for_long_and_loses_nothing(server, client_for, store, caplog):
    ask_all(client_for(server), [call_of("makes the file")])
    client = client_for(server)

    async def run():
        blocker = sqlite3.connect(store, isolation_level=None)
        blocker.execute("BEGIN EXCLUSIVE")
        kinds = await asyncio.gather(*(outcome_of(client, call_of(str(i))) for i in range(20)))
        await asyncio.sleep(3)
        blocker.execute("ROLLBACK")
        blocker.close()
        await asyncio.sleep(6)
        await client.aclose()
        return kinds

    assert asyncio.run(run()) == ["ok"] * 20
    assert len(ledger(store)) == 21
    assert "locked" in caplog.text


@pytest.mark.skipif(sys.platform != "linux", reason="a limit on the size of files")
def test_a_full_disk_is_a_warning(server, client_for, store):
    """A file may not grow past 100 kB in the worker: the store fills up half-way."""
    limit = "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
    limit += "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
    calls = [call_of(f"{i} " + "word " * 10) for i in range(1000)]
    worker = subprocess.run(
        [sys.executable, "-c", limit + WORKER],
        input=pickle.dumps((client_for(server), calls, 60)), capture_output=True, check=True,
    )  # fmt: skip
    assert Counter(json.loads(worker.stdout)) == {"ok": 1000}
    assert b"can't be used" in worker.stderr


def test_without_a_store_nothing_is_kept(server):
    client = Client.from_settings(settings_for(server, store=None))
    assert ask_all(client, [call_of("Q")]) == ["ok"]
    assert ask_all(client, [call_of("Q")]) == ["ok"]
    assert len(server.log()) == 2
