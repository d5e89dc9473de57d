"""`wethink synth estimate` against a model server, and the run that goes on after it."""

import json
import sqlite3
from collections import Counter
from contextlib import closing

import pytest

pytest.importorskip("aiohttp", reason="needs the judge extra")

from tests.cli import conftest as cli
from tests.servers.server import ModelServer
from tests.synthesis.costly_run import pictures, settings

wethink = cli.wethink
IMAGES, SAMPLE = 90, 40


@pytest.fixture(scope="module")
def server():
    with ModelServer(reply="tests.synthesis.costly:reply", log=False) as server:
        yield server


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    return pictures(tmp_path_factory.mktemp("images") / "pictures", IMAGES)


@pytest.fixture
def yaml(server, images, tmp_path):
    def write(**changes):
        file = tmp_path / "run.yaml"
        file.write_text(json.dumps(settings(server, images, **changes)))
        return file

    return write


def attempts(run):
    with closing(sqlite3.connect(run / "calls.sqlite")) as store:
        return [key for (key,) in store.execute("SELECT key FROM attempts ORDER BY id")]


def test_the_run_goes_on_after_the_sample_and_pays_nothing_twice(wethink, yaml, tmp_path):
    run = tmp_path / "run"
    code, printed, errors = wethink("synth", "estimate", yaml(), "--sample", SAMPLE, "--out", run, "--json")
    assert code == 0, errors
    found = json.loads(printed)
    assert (found["images"], found["sample"]["images"], found["stopped"]) == (IMAGES, SAMPLE, "")
    sampled = attempts(run)
    assert found["total"]["calls"]["value"] == pytest.approx(len(sampled) * IMAGES / SAMPLE)
    assert set(found["stages"]) >= {"describe", "dialogue", "merge", "ask", "check", "answer", "refine"}
    for measure in ("usd", "tokens", "calls"):
        parts = sum(stage[measure]["value"] for stage in found["stages"].values())
        assert parts == pytest.approx(found["total"][measure]["value"])
        low, value, high = (found["total"][measure][end] for end in ("low", "value", "high"))
        assert low < value < high
    code, printed, errors = wethink("synth", "resume", run, "--json")
    assert code == 0, errors
    done = json.loads(printed)
    assert (done["items"], done["ended"]) == (IMAGES, IMAGES)
    assert max(Counter(attempts(run)).values()) == 1, "no call was made twice"
    assert attempts(run)[: len(sampled)] == sampled


def test_more_of_the_sample_makes_only_what_is_missing(wethink, yaml, tmp_path):
    run, file = tmp_path / "run", yaml()
    assert wethink("synth", "estimate", file, "--sample", 5, "--out", run, "--json")[0] == 1, "too few for an interval"
    before = attempts(run)
    code, printed, _ = wethink("synth", "estimate", file, "--sample", SAMPLE, "--out", run, "--json")
    assert code == 0 and json.loads(printed)["sample"]["images"] == SAMPLE
    again = wethink("synth", "estimate", file, "--sample", SAMPLE, "--out", run, "--json", "--images-total", 10**7)
    assert attempts(run)[: len(before)] == before and max(Counter(attempts(run)).values()) == 1
    assert json.loads(again[1])["total"]["calls"]["value"] == pytest.approx(len(attempts(run)) * 10**7 / SAMPLE)


def test_a_sample_of_all_images_is_what_they_cost(wethink, yaml, tmp_path):
    file = yaml(images=[{"source": "pictures", "folder": str(pictures(tmp_path / "few", 12))}])
    code, printed, _ = wethink("synth", "estimate", file, "--sample", 99, "--out", tmp_path / "run", "--json")
    usd = json.loads(printed)["total"]["usd"]
    with closing(sqlite3.connect(tmp_path / "run" / "calls.sqlite")) as store:
        (paid,) = store.execute("SELECT SUM(usd) FROM attempts").fetchone()
    assert code == 0 and usd["low"] == usd["value"] == usd["high"] == pytest.approx(paid)


def test_a_limit_ends_the_sample_and_what_is_whole_is_told(wethink, yaml, tmp_path):
    file = yaml(limits={"tokens": 60_000})
    code, printed, errors = wethink("synth", "estimate", file, "--sample", SAMPLE, "--out", tmp_path / "run", "--json")
    found = json.loads(printed)
    assert code == 1 and any("limits.tokens" in line for line in errors)
    assert 0 < found["sample"]["images"] < SAMPLE and "limits.tokens" in found["stopped"]
    assert found["total"]["tokens"]["low"] is None


def test_other_settings_in_the_same_folder_are_refused(wethink, yaml, tmp_path):
    run = tmp_path / "run"
    assert wethink("synth", "estimate", yaml(), "--sample", 2, "--out", run)[0] == 1
    code, _, errors = wethink("synth", "estimate", yaml(seed=7), "--sample", 2, "--out", run)
    assert code == 2 and any("seed" in line for line in errors)


def test_the_table_can_be_read(wethink, yaml, tmp_path):
    code, printed, _ = wethink("synth", "estimate", yaml(), "--sample", 35, "--out", tmp_path / "run")
    assert code == 0
    assert "dollars a row" in printed and "describe" in printed and "wethink synth resume" in printed
