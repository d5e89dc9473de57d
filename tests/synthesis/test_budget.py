"""Ceilings: stopped near them, cleanly; a higher one goes on; and what a killed process had begun takes nothing away."""

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

pytest.importorskip("aiohttp", reason="needs the judge extra")

from tests.servers.server import ModelServer
from tests.synthesis.costly_run import pictures, settings

CHECKOUT = Path(__file__).resolve().parents[2]
IMAGES, MODELS, AT_ONCE = 30, 3, 16


@pytest.fixture(scope="module")
def server():
    with ModelServer(reply="tests.synthesis.costly:reply", latency_s=0.02) as server:
        yield server


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    return pictures(tmp_path_factory.mktemp("images") / "pictures", IMAGES)


class Run:
    """A run of the real command in a process of its own."""

    def __init__(self, server, images, folder):
        self.server, self.images, self.folder = server, images, folder
        self.run = folder / "run"

    def yaml(self, **limits):
        file = self.folder / "run.yaml"
        file.write_text(json.dumps(settings(self.server, self.images, limits=limits)))
        return file

    def begin(self, *words):
        command = [sys.executable, "-m", "wethink_plugins.cli.main", "synth", *map(str, words), "--json"]
        return subprocess.Popen(
            command, env={**os.environ, "PYTHONPATH": str(CHECKOUT)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True,
        )  # fmt: skip

    def __call__(self, *words):
        process = self.begin(*words)
        out, err = process.communicate(timeout=600)
        assert "Traceback" not in err, err
        return process.returncode, json.loads(out) if out.strip() else {}, err

    def used(self):
        """(dollars, tokens, attempts), from the call store."""
        with contextlib.closing(sqlite3.connect(self.run / "calls.sqlite")) as store:
            query = "SELECT TOTAL(usd), TOTAL(prompt_tokens + completion_tokens), COUNT(*) FROM attempts"
            return store.execute(query).fetchone()

    def each(self, limit):
        """What each attempt used, in the order in which they ended."""
        used = {"usd": "usd", "tokens": "prompt_tokens + completion_tokens"}[limit]
        with contextlib.closing(sqlite3.connect(self.run / "calls.sqlite")) as store:
            return [number for (number,) in store.execute(f"SELECT {used} FROM attempts ORDER BY time, id")]

    def keys(self):
        with contextlib.closing(sqlite3.connect(self.run / "calls.sqlite")) as store:
            return Counter(key for (key,) in store.execute("SELECT key FROM attempts WHERE status = 'ok'"))


@pytest.fixture
def run(server, images, tmp_path):
    return Run(server, images, tmp_path)


@pytest.mark.parametrize(("limit", "ceiling"), [("usd", 0.15), ("tokens", 60_000)])
def test_no_more_than_the_calls_in_flight_go_past_a_ceiling(run, limit, ceiling):
    """Without the calls that ended last, one for each place at a model, the ceiling was not reached."""
    before = len(run.server.log())
    code, done, _ = run("run", run.yaml(**{limit: ceiling}), "--out", run.run)
    usd, tokens, attempts = run.used()
    assert code == 1 and f"limits.{limit}" in done["stopped"]
    assert done["ended"] < IMAGES
    assert sum(run.each(limit)) >= ceiling > sum(run.each(limit)[: -MODELS * AT_ONCE])
    assert done["tokens"] == tokens and done["usd"] == pytest.approx(usd)
    assert attempts == len(run.server.log()) - before, "each request that reached the server is in the store"


def test_a_higher_ceiling_goes_on_and_pays_nothing_twice(run):
    first, done, _ = run("run", run.yaml(tokens=60_000), "--out", run.run)
    spent = run.used()[1]
    again, still, _ = run("resume", run.run)
    assert (first, again) == (1, 1) and "limits.tokens" in still["stopped"]
    assert run.used()[1] == spent, "at the ceiling nothing is asked"
    code, done, _ = run("resume", run.run, "--config", run.yaml(tokens=10**9))
    assert (code, done["ended"], done["stopped"]) == (0, IMAGES, "")
    assert max(run.keys().values()) == 1
    assert done["tokens"] == run.used()[1] > spent, "what was spent before counts"


def test_time_is_a_ceiling_of_each_process(run):
    code, done, _ = run("run", run.yaml(seconds=0.05), "--out", run.run)
    assert code == 1 and "limits.seconds" in done["stopped"]
    code, done, _ = run("resume", run.run, "--config", run.yaml())
    assert (code, done["ended"]) == (0, IMAGES)


@pytest.mark.slow
def test_killed_processes_take_nothing_from_the_budget(run, server):
    """Killed again and again with calls in flight; a ceiling just above what all cost still is enough."""
    whole = Run(server, run.images, run.folder / "whole")
    whole.folder.mkdir()
    assert whole("run", whole.yaml(), "--out", whole.run)[0] == 0
    needed = whole.used()[1]
    file = run.yaml(tokens=needed + 1)
    for kill in range(5):
        words = ("resume", run.run) if kill else ("run", file, "--out", run.run)
        process, seen = run.begin(*words), len(server.log())
        while process.poll() is None and len(server.log()) < seen + 12 + 4 * kill:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    code, done, err = run("resume", run.run)
    assert (code, done["ended"], done["stopped"]) == (0, IMAGES, ""), err
    assert done["tokens"] <= needed, "what was cut off is not on the bill of the store"


def test_a_ceiling_in_dollars_needs_prices(run):
    values = settings(run.server, run.images, limits={"usd": 1.0})
    values["models"]["arbiter"]["endpoints"][0].pop("usd_per_million")
    file = run.folder / "run.yaml"
    file.write_text(json.dumps(values))
    code, _, err = run("run", file, "--out", run.run)
    assert code == 2 and "limits.usd" in err and "arbiter" in err
