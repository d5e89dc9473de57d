"""The report of a real run against the scripted server: every count is the one that the script foretells."""

import json
from collections import Counter

import pytest

from tests.servers.synthesis import BEHAVIOURS
from tests.synthesis.scripted import Records, Scripted, calls_of, expected, kill, until
from wethink_plugins.errors import WeThinkError
from wethink_plugins.synthesis.report import run_figures, run_page
from wethink_plugins.synthesis.run import RunFolder
from wethink_plugins.synthesis.status import run_status

pytest.importorskip("aiohttp", reason="a run asks servers: pip install 'wethink-plugins[judge]'")

PLAYED = [
    *BEHAVIOURS, "right", "family", "text_right", "family", "right", "family", "off_once@ask", "off_always@inquire",
    "cut_once@merge", "500_once@answer_text", "filter@check_image", "context@describe",
]  # fmt: skip


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """62 pictures, each behaviour twice."""
    with Scripted(tmp_path_factory.mktemp("scripted"), 2 * len(PLAYED), PLAYED) as scripted:
        folder = scripted.folder / "run"
        scripted.run("run", scripted.yaml(rounds={"size": 16}), "--out", folder, "--quiet")
        records = Records(folder)
        told, accepted = expected(scripted, records)
        yield folder, told, accepted, scripted.asked()


@pytest.fixture(scope="module")
def figures(played):
    return run_figures(RunFolder.open(played[0]))


def test_the_funnel_is_the_scripts(played, figures):
    _, told, accepted, _ = played
    funnel = figures["funnel"]
    assert (funnel["ended"], funnel["accepted"], funnel["waiting"]) == (len(told), len(accepted), 0)
    reasons = Counter((one.stage, one.reason) for _, one in told.values() if one.reason)
    late = sum(not one.reason for _, one in told.values()) - len(accepted)
    assert late > 0
    found = {(line["stage"], reason): n for line in funnel["stages"] for reason, n in line["reasons"].items()}
    assert found == {**reasons, ("near_duplicate", "near_duplicate"): late}
    assert funnel["stages"][0]["entered"] == len(told) and funnel["stages"][-1]["left"] == len(accepted)


def test_agreement_is_the_scripts(played, figures):
    _, told, _, _ = played
    compared = [one for _, one in told.values() if one.agree is not None]
    line = figures["answers"]["all"]
    assert (line["agree"]["count"], line["agree"]["total"]) == (sum(one.agree for one in compared), len(compared))
    choices = Counter(one.choice for one in compared if not one.agree)
    assert {choice: line[choice]["count"] for choice in ("vision", "text", "neither")} == dict(choices)
    assert line["not_asked"] == 0
    assert line["overturned"]["count"] == choices["text"] + choices["neither"]


def test_dialogues_are_the_scripts(played, figures):
    _, told, _, _ = played
    stopped = [one for _, one in told.values() if one.stopped]
    assert figures["lengths"]["turns"] == dict(Counter(one.turns for one in stopped))
    assert figures["lengths"]["stopped"] == dict(Counter(one.stopped for one in stopped))


def test_calls_are_the_servers(played, figures):
    _, told, _, asked = played
    calls = figures["calls"]
    assert calls["attempts"] == len(asked)
    assert figures["spending"]["all"]["calls"] == calls_of(told).total()
    assert calls["answered_again"] == 0 and len(calls["processes"]) == 1
    answered = [line for line in asked if line["action"] in ("good", "cut")]
    assert calls["answered"] == len(answered) and calls["failed"] == len(asked) - len(answered)


def test_files_and_report_say_the_same(played, figures):
    folder = played[0]
    lines = {name: (folder / f"{name}.jsonl").read_text().splitlines() for name in ("rows", "rejects", "provenance")}
    assert figures["funnel"]["accepted"] == len(lines["rows"]) and figures["funnel"]["rejected"] == len(
        lines["rejects"]
    )
    rows = [json.loads(line) for line in lines["rows"]]
    types = Counter(row["category"] for row in rows)
    found = {one["name"]: one["accepted"]["count"] for one in figures["mix"]["question_types"]["values"]}
    assert {name: number for name, number in found.items() if number} == dict(types)


def test_the_mix_is_what_the_plan_counts(played, figures):
    (last,) = [record for record in Records(played[0]).rounds][-1:]
    found = {one["name"]: one["accepted"]["count"] for one in figures["mix"]["abilities"]["values"]}
    assert {name: n for name, n in found.items() if n} == {name: n for name, n in last.counts["abilities"].items() if n}


def test_status_counts_the_same(played, figures):
    status = run_status(RunFolder.open(played[0]))
    assert status["funnel"] == figures["funnel"] and status["state"]["state"] == "complete"
    assert status["spent"]["usd"] == pytest.approx(figures["calls"]["usd"])


def test_pictures_are_on_the_page(figures):
    html = run_page(figures).html()
    assert html.count('src="data:image/') == html.count("<article>") - sum(
        card["outcome"]["reason"] == "unreadable_image" for card in figures["cards"]["rejected"]
    )


def test_the_sample_is_taken_by_the_audit(played, tmp_path):
    from wethink_plugins.datasets.audit.pictures import size_of
    from wethink_plugins.datasets.audit.sample import draw
    from wethink_plugins.synthesis.report.audit_sample import write_audit_sample

    run = RunFolder.open(played[0])
    told = write_audit_sample(run, 15, tmp_path / "a")
    assert told["rows"] == 15 and sum(one["rows"] for one in told["strata"]) == told["accepted"] == len(played[2])
    sample = draw(tmp_path / "a" / "rows.jsonl", size=15, by=("question_type", "settled_by"))
    assert len(sample.rows) == 15 and {row.id for row in sample.rows} <= played[2]
    assert {stratum[1] for stratum in sample.strata} == {"agreement", "vision", "text"}
    assert size_of(sample.rows[0].record["image_path"], sample.images) == (48, 32)
    write_audit_sample(run, 15, tmp_path / "b")
    assert (tmp_path / "a" / "rows.jsonl").read_bytes() == (tmp_path / "b" / "rows.jsonl").read_bytes()


def test_a_run_that_goes_on_and_one_that_was_killed(tmp_path):
    with Scripted(tmp_path, 24, ["right", "unanswerable", "text_right"], latency_s=0.3) as scripted:
        folder = tmp_path / "run"
        process = scripted.start("run", scripted.yaml(rounds={"size": 8}, concurrency=4), "--out", folder, "--quiet")
        try:
            assert until(lambda: (folder / "ledger.sqlite").exists() and ended_in(folder) >= 10, process)
            run = RunFolder.open(folder)
            status, html = run_status(run), run_page(run_figures(run)).html()
            assert status["state"]["state"] == "running" and str(process.pid) in status["state"]["process"]
            assert status["items_per_minute"]["minute"] >= 10 and status["calls"]["per_s"] > 0
            assert status["eta"]["items"] > 0 and status["eta"]["first"] == "items"
            assert "Unfinished" in html and f"Works on it: process {process.pid}" in html
        finally:
            kill(process)
        figures = run_figures(run)
        assert figures["state"]["state"] == "stopped" and "killed" in figures["state"]["why"]
        assert 10 <= figures["funnel"]["ended"] < 24 and figures["funnel"]["ended"] == len(Records(folder).items)
        scripted.run("resume", folder, "--quiet")
        figures = run_figures(run)
        assert figures["state"]["state"] == "complete" and len(figures["calls"]["processes"]) == 2
        assert figures["calls"]["answered_again"] == 0
        repeated_by_the_server = asked_twice(scripted)
        kills = figures["calls"]["kills"]
        assert kills["kills"] == 1 and 1 <= kills["in_flight"] <= 3 * 4
        assert repeated_by_the_server <= kills["repeated"] <= kills["in_flight"]


def asked_twice(scripted):
    """Requests that the server worked on again: it is the witness."""
    seen = Counter((line["digest"], line["asked_of"]) for line in scripted.asked() if line["action"] == "good")
    return sum(number - 1 for number in seen.values())


def ended_in(folder):
    try:
        return run_status(RunFolder.open(folder))["funnel"]["ended"]
    except WeThinkError:  # its tables are being made
        return 0
