"""Whatever stops a run, it says so, ends with the right code, and `resume` makes of it what it would have been."""

import resource
import shutil
import signal
import sqlite3
import time
from collections import Counter

import pytest
import yaml

pytest.importorskip("aiohttp", reason="needs the extra judge")
pytest.importorskip("PIL", reason="needs Pillow")

from tests.synthesis.scripted import Records, Scripted, expected, replies_in, until
from wethink_plugins.errors import WeThinkError
from wethink_plugins.synthesis.config import SynthesisConfig
from wethink_plugins.synthesis.run import RunFolder

BEHAVIOURS = ["right", "right", "vision_right", "blind", "off_once@ask", "neither_right"]
COUNT = 24
# With less patience than a real run has.
IMPATIENT = (
    "-c",
    "import sys\n"
    "from wethink_plugins.synthesis.running import engine\n"
    "engine._PATIENCE_S, engine._PAUSE_S = 4.0, 0.5\n"
    "from wethink_plugins.cli.main import main\n"
    "main(sys.argv[1:])\n",
)


@pytest.fixture
def scripted(tmp_path):
    with Scripted(tmp_path, COUNT, BEHAVIOURS, latency_s=0.1) as made:
        yield made


def wait_for_requests(scripted, number, process):
    assert until(lambda: len(scripted.asked()) >= number, process)


def check_finished(scripted, out, repeats=0):
    """All is as in a run that nothing stopped; at most so many calls were made twice."""
    records = Records(out)
    _, accepted = expected(scripted, records)
    assert len(records.items) == scripted.count
    assert {item.item for item in records.settled if item.status == "passed"} == accepted
    final = Counter(key for key in map(scripted.final_key, scripted.asked()) if key)
    assert sum(final.values()) - len(final) <= repeats
    assert set(final) == records.replies


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_it_cleanly_and_no_call_is_lost(scripted, tmp_path, number):
    process = scripted.start("run", scripted.yaml(), "--out", tmp_path / "out", "--quiet")
    wait_for_requests(scripted, 60, process)
    process.send_signal(number)
    out, err = process.communicate(timeout=600)
    assert process.returncode == 1 and "Traceback" not in err
    assert f"stopped: {number.name}" in out and "wethink synth resume" in out
    stopped_at = len(scripted.asked())
    assert stopped_at < 200
    assert len(replies_in(tmp_path / "out" / "calls.sqlite")) == stopped_at
    scripted.run("resume", tmp_path / "out", "--quiet")
    check_finished(scripted, tmp_path / "out")


def test_a_second_signal_kills_it(tmp_path):
    with Scripted(tmp_path, 4, ["right"], latency_s=60) as scripted:
        process = scripted.start("run", scripted.yaml(), "--out", tmp_path / "out", "--quiet")
        wait_for_requests(scripted, 4, process)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        assert process.poll() is None, "it waits for the calls in flight"
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=600)
        assert process.returncode == -signal.SIGTERM


def test_a_second_process_is_refused(scripted, tmp_path):
    config = scripted.yaml()
    process = scripted.start("run", config, "--out", tmp_path / "out", "--quiet")
    wait_for_requests(scripted, 10, process)
    assert f"process {process.pid}" in scripted.run("resume", tmp_path / "out", "--quiet", code=2)
    assert "holds a run already" in scripted.run("run", config, "--out", tmp_path / "out", "--quiet", code=2)
    process.communicate()
    assert process.returncode == 0
    check_finished(scripted, tmp_path / "out")


CHANGES = {
    "seed": 4, "reasks": 1, "mix": {"abilities": {"ocr": 1}}, "rounds": {"size": 8}, "questions_per_image": 2,
}  # fmt: skip


def test_another_yaml_is_refused_at_resume(scripted, tmp_path):
    scripted.run("run", scripted.yaml(limits={"tokens": 2000}), "--out", tmp_path / "out", "--quiet", code=1)
    asked = len(scripted.asked())
    for name, value in CHANGES.items():
        other = SynthesisConfig.load(scripted.yaml("other.yaml", **{name: value}))
        with pytest.raises(WeThinkError, match=f"other settings: {name};"):
            RunFolder.open(tmp_path / "out").change(other)
    said = scripted.run("resume", tmp_path / "out", "--config", tmp_path / "other.yaml", "--quiet", code=2)
    assert name in said and len(scripted.asked()) == asked


@pytest.mark.parametrize(("limit", "first", "second"), [("tokens", 20_000, 45_000), ("usd", 0.02, 0.05)])
def test_a_ceiling_stops_it_and_a_higher_one_lets_it_go_on(scripted, tmp_path, limit, first, second):
    def spent():
        with sqlite3.connect(tmp_path / "out" / "calls.sqlite") as connection:
            column = "usd" if limit == "usd" else "prompt_tokens + completion_tokens"
            return connection.execute(f"SELECT TOTAL({column}), MAX({column}) FROM attempts").fetchone()

    said = scripted.run("run", scripted.yaml(limits={limit: first}), "--out", tmp_path / "out", "--quiet", code=1)
    assert f"limits.{limit}" in said
    in_flight = 3 * 8
    total, dearest = spent()
    assert first <= total < first + in_flight * dearest
    asked = len(scripted.asked())
    assert f"limits.{limit}" in scripted.run("resume", tmp_path / "out", "--quiet", code=1)
    assert len(scripted.asked()) == asked, "a run that has spent all asks nothing"
    higher = scripted.yaml(limits={limit: second})
    scripted.run("resume", tmp_path / "out", "--config", higher, "--quiet", code=1)
    total, dearest = spent()
    assert second <= total < second + in_flight * dearest
    scripted.run("resume", tmp_path / "out", "--config", scripted.yaml(), "--quiet")
    check_finished(scripted, tmp_path / "out")


def test_a_time_limit_stops_it(scripted, tmp_path):
    config = scripted.yaml(limits={"seconds": 0.5})
    assert "limits.seconds" in scripted.run("run", config, "--out", tmp_path / "out", "--quiet", code=1)
    scripted.run("resume", tmp_path / "out", "--config", scripted.yaml(), "--quiet")
    check_finished(scripted, tmp_path / "out")


def test_a_full_disk_stops_it_and_what_is_on_disk_is_not_asked_again(scripted, tmp_path):
    def small_files():
        resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))

    out = tmp_path / "out"
    process = scripted.start("run", scripted.yaml(), "--out", out, "--quiet", preexec_fn=small_files)
    said, err = process.communicate(timeout=600)
    assert process.returncode in (1, 2) and "Traceback" not in err, err
    assert "store" in said + err
    committed, asked = replies_in(out / "calls.sqlite"), len(scripted.asked())
    assert 20 < len(committed) <= asked < 220
    scripted.run("resume", out, "--quiet")
    later = {key for key in map(scripted.final_key, scripted.asked()[asked:]) if key}
    assert not committed & later
    check_finished(scripted, out, repeats=asked - len(committed))


def test_a_server_that_comes_back_is_waited_for(scripted, tmp_path):
    process = scripted.start("run", scripted.yaml(), "--out", tmp_path / "out", "--quiet")
    wait_for_requests(scripted, 60, process)
    scripted.server.kill()
    time.sleep(3)
    assert process.poll() is None
    scripted.server.start()
    _, err = process.communicate(timeout=600)
    assert process.returncode == 0 and "Traceback" not in err
    check_finished(scripted, tmp_path / "out", repeats=24)


@pytest.mark.slow
def test_a_server_that_stays_away_ends_it_with_a_word_and_resume_finishes(scripted, tmp_path):
    config = scripted.yaml(deadline_s=5)
    process = scripted.start("run", config, "--out", tmp_path / "out", "--quiet", program=IMPATIENT)
    wait_for_requests(scripted, 60, process)
    scripted.server.kill()
    out, err = process.communicate(timeout=600)
    assert process.returncode == 1 and "Traceback" not in err
    assert "no reply of" in out and "wethink synth resume" in out
    scripted.server.start()
    scripted.run("resume", tmp_path / "out", "--quiet")
    check_finished(scripted, tmp_path / "out", repeats=24)


@pytest.mark.slow
def test_an_outage_behind_a_proxy_rejects_nothing(scripted, tmp_path):
    """A gateway that answers 503 to every call for a while."""
    config = scripted.yaml(tries=2, deadline_s=5)
    process = scripted.start("run", config, "--out", tmp_path / "out", "--quiet")
    wait_for_requests(scripted, 60, process)
    scripted.server.kill()
    with scripted.outage("503"):
        time.sleep(20)
    scripted.server.start()
    _, err = process.communicate(timeout=600)
    assert process.returncode == 0 and "Traceback" not in err
    check_finished(scripted, tmp_path / "out", repeats=24)


@pytest.mark.slow
def test_one_call_that_is_always_turned_away_holds_up_nothing_but_itself(tmp_path):
    """ "Request too large for your tokens per minute" is a 429 that never passes, while all others do."""
    with Scripted(tmp_path, 12, ["right", "right", "429_always@check_text"], latency_s=0.02) as scripted:
        config = scripted.yaml(deadline_s=4, rounds={"size": 4})
        scripted.run("run", config, "--out", tmp_path / "out", "--quiet", program=IMPATIENT)
        check_finished(scripted, tmp_path / "out")
        assert Counter(item.reason for item in Records(tmp_path / "out").items)["failed"] == 4


@pytest.mark.slow
def test_a_picture_that_has_gone_costs_its_item_alone(scripted, tmp_path):
    config = scripted.yaml(limits={"tokens": 3000}, concurrency=2)
    scripted.run("run", config, "--out", tmp_path / "out", "--quiet", code=1)
    begun = {line["plate"] for line in scripted.asked()}
    gone = next(number for number in range(COUNT) if number not in begun and scripted.behaviour(number) == "right")
    (scripted.images / f"{gone}.png").unlink()
    scripted.run("resume", tmp_path / "out", "--config", scripted.yaml(concurrency=2), "--quiet")
    ended = {item.item: item for item in Records(tmp_path / "out").items}
    assert len(ended) == COUNT and ended[f"plates/{gone}.png#0"].reason == "unreadable_image"


@pytest.mark.slow
def test_a_folder_that_has_gone_stops_it_and_rejects_nothing(scripted, tmp_path):
    process = scripted.start("run", scripted.yaml(concurrency=2), "--out", tmp_path / "out", "--quiet")
    wait_for_requests(scripted, 20, process)
    shutil.move(scripted.images, tmp_path / "elsewhere")
    _, err = process.communicate(timeout=600)
    assert process.returncode in (1, 2) and "Traceback" not in err, err
    assert all(item.reason != "unreadable_image" for item in Records(tmp_path / "out").items)
    shutil.move(tmp_path / "elsewhere", scripted.images)
    scripted.run("resume", tmp_path / "out", "--quiet")
    check_finished(scripted, tmp_path / "out")


def test_a_yaml_that_cannot_work_makes_no_call_and_no_folder(scripted, tmp_path):
    for number, change in enumerate(
        ({"roles": {"describer": "eye"}}, {"images": [{"source": "x", "folder": "nowhere"}]})
    ):
        config = scripted.yaml(f"{number}.yaml")
        value = {**yaml.safe_load(config.read_text()), **change}
        config.write_text(yaml.safe_dump(value))
        scripted.run("run", config, "--out", tmp_path / f"out{number}", "--quiet", code=2)
        scripted.run("run", scripted.yaml(), "--out", tmp_path / f"out{number}", "--quiet")
    assert scripted.asked()
