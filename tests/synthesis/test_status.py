"""What `wethink synth status` says of runs of which it is known."""

import json
import os
import subprocess
import sys

import pytest

from tests.synthesis.made_runs import MadeRun
from wethink_plugins.cli.main import main
from wethink_plugins.endpoints.store import CallStore
from wethink_plugins.synthesis.report import run_figures
from wethink_plugins.synthesis.report.state import holder
from wethink_plugins.synthesis.run import RunFolder
from wethink_plugins.synthesis.status import run_status


@pytest.fixture
def known(tmp_path):
    """12 items in three rounds; 8 ended and 2 of them in the last minute; 30 calls were answered in it, 2 failed."""
    run = MadeRun(tmp_path / "run", images=12, limits={"usd": 1.0, "tokens": 100_000})
    run.run.created -= 3600
    now = 3600.0
    run.add(seconds=now - 3000)
    late = run.add(seconds=now - 2000)
    run.add(rejected=("screen", "bad_question"), seconds=now - 500)
    run.add(rejected=("screen", "bad_question"), seconds=now - 400)
    run.close(duplicates={late: "as another"})
    run.add(rejected=("describe", "failed"), seconds=now - 300)
    run.add(seconds=now - 200)
    run.add(seconds=now - 20)
    run.add(rejected=("check", "lacks_ability"), seconds=now - 10)
    for number in range(30):
        run.attempt(f"k{number}", ago=30)
    for number in range(2):
        run.attempt(f"k{number}", "deadline", ago=20, usd=0.0, completion=0)
    for number in range(40):
        run.attempt(f"old{number}", ago=300)
    return run


def older_first(run):
    """The store has attempts in the order in which they ended."""
    connection = run.store._open()
    rows = connection.execute("SELECT * FROM attempts ORDER BY time").fetchall()
    connection.execute("DELETE FROM attempts")
    connection.executemany(f"INSERT INTO attempts VALUES ({','.join('?' * 13)})", [(None, *row[1:]) for row in rows])


def test_counts_are_those_of_the_report(known):
    status, report = run_status(known.run), run_figures(known.run)
    assert status["funnel"] == report["funnel"]
    assert [status["funnel"][name] for name in ("ended", "accepted", "rejected", "waiting")] == [8, 1, 5, 2]
    assert status["funnel"]["accept_rate"]["total"] == 4 and status["state"]["round"] == 1
    assert status["state"]["rounds"] == 3 and status["spent"]["tokens"] == 70 * 110 + 2 * 100


def test_rates_limits_and_time_left_while_somebody_works(known):
    older_first(known)
    known.run.lock()
    status = run_status(known.run)
    assert status["state"]["state"] == "running" and str(os.getpid()) in status["state"]["process"]
    assert status["items_per_minute"]["minute"] == 2
    assert status["items_per_minute"]["ten_minutes"] == pytest.approx(6 * 60 / 500, rel=0.05)
    calls = status["calls"]
    assert (calls["answered"], calls["failed"], calls["per_s"], calls["latency_s"]) == (30, 2, 0.5, 2.0)
    assert status["limits"]["usd"]["limit"] == 1.0 and status["limits"]["usd"]["used"] == pytest.approx(70 * 0.00012)
    assert status["eta"]["items"] == pytest.approx(4 * 60 / (6 * 60 / 500), rel=0.05)
    assert status["eta"]["first"] in ("items", "tokens", "usd")


@pytest.mark.parametrize(
    ("limits", "first"),
    [({"usd": 0.009}, "usd"), ({"tokens": 8000}, "tokens"), ({"usd": 100.0}, "items"), ({}, "items")],
)
def test_which_end_comes_first(known, limits, first):
    older_first(known)
    known.run.config = known.run.config.model_copy(
        update={"limits": known.run.config.limits.model_copy(update={"usd": None, "tokens": None, **limits})}
    )
    known.run.lock()
    os.utime(known.run.folder / "lock", (known.run.created, known.run.created))
    assert run_status(known.run)["eta"]["first"] == first


def test_nobody_works(known):
    status = run_status(known.run)
    assert status["state"]["state"] == "stopped" and "killed" in status["state"]["why"] and status["eta"] is None
    known.stopped(why="limits.usd: $1.00 of $1.00 are spent")
    assert run_status(known.run)["state"]["why"].startswith("limits.usd")


def test_looking_never_keeps_a_process_from_working(known):
    other = RunFolder.open(known.run.folder)
    assert holder(other) == ""
    known.run.lock()
    assert holder(other).startswith("process")
    known.run.unlock()
    assert holder(other) == ""
    other.lock()


def test_a_killed_process_holds_nothing(known):
    code = (
        "import os, sys\nfrom pathlib import Path\nfrom wethink_plugins.synthesis.run import RunFolder\n"
        "RunFolder.open(Path(sys.argv[1])).lock()\nos.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(known.run.folder)], check=False)
    assert (known.run.folder / "lock").read_text() and holder(known.run) == ""


def test_a_run_that_has_just_been_made(tmp_path):
    run = MadeRun(tmp_path / "run")
    for file in tmp_path.glob("run/*.sqlite*"):
        file.unlink()
    status = run_status(run.run)
    assert (status["funnel"]["ended"], status["state"]["items"], status["spent"]["tokens"]) == (0, 0, 0)
    assert run_status(MadeRun(tmp_path / "other").run)["state"]["items"] == 8


def cli(*arguments):
    with pytest.raises(SystemExit) as ended:
        main([str(one) for one in arguments])
    return ended.value.code or 0


def test_the_verb(known, capsys):
    assert cli("synth", "status", known.run.folder) == 0
    said = capsys.readouterr().out
    assert "8 of 12 ended" in said and "bad_question 2" in said and "Nobody works on it" in said
    assert cli("synth", "status", known.run.folder, "--json") == 0
    assert json.loads(capsys.readouterr().out)["funnel"]["accepted"] == 1
    assert cli("synth", "status", known.run.folder.parent) == 2


def test_watching_ends_with_the_process(known, capsys, monkeypatch):
    known.run.lock()
    looks = []
    monkeypatch.setattr("time.sleep", lambda s: (looks.append(s), known.run.unlock()))
    assert cli("synth", "status", known.run.folder, "--watch", "--every", "5") == 0
    assert looks == [5.0] and capsys.readouterr().out.count("items ") >= 2


def test_faults_that_differ_in_numbers_alone_are_one_and_the_most_frequent_comes_first(known):
    for number in range(3):
        known.attempt(f"f{number}", "server_error", note=f"500 busy, request 3f2a9c1{number}e4d: queue {number}")
    known.attempt("g", "rate_limited", note="429 later")
    known.attempt("g", "rate_limited", model="two", note="429 later")
    faults = run_status(known.run)["calls"]["faults"]
    assert [(one["status"], one["attempts"]) for one in faults] == [("server_error", 3), ("rate_limited", 2)]
    assert faults[0]["note"].startswith("500 busy, request 3f2a9c1") and faults[1]["note"] == "429 later"
    assert faults == run_figures(known.run)["calls"]["faults"]


def test_a_store_from_before_faults_were_kept_is_read_and_written_on(known):
    known.store._open().execute("DROP TABLE faults")
    assert run_status(known.run)["calls"]["faults"] == [] == run_figures(known.run)["calls"]["faults"]
    known.store = CallStore(known.run.calls)
    known.attempt("k", "server_error", note="500 busy")
    assert run_status(known.run)["calls"]["faults"][0]["note"] == "500 busy"
