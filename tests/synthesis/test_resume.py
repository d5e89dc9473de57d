"""A run that is killed at any moment and resumed: the same rows in the end, and no call that was answered made twice."""

import os
import random
import time
from collections import Counter
from itertools import pairwise

import pytest

pytest.importorskip("aiohttp", reason="needs the extra judge")
pytest.importorskip("PIL", reason="needs Pillow")

from tests.synthesis.scripted import FINAL, Records, Scripted, expected, kill, outputs_of, replies_in, until

BEHAVIOURS = [
    *["right"] * 8, "vision_right", "text_right", "neither_right", "blind", "lacks_ability", "family", "unreadable",
    "off_once@ask", "off_twice@answer_vision", "off_always@reply", "500_once@merge", "429_once@check_text",
    "filter@check_image", "cut_once@refine", "slow@inquire", "bad_reasoning", "context@answer_text",
]  # fmt: skip
PLACES = 24


class Killed:
    """One kill: what the server had been asked by then, what was committed, and what was in flight."""

    def __init__(self, scripted, store, before):
        self.committed = replies_in(store) if store.exists() else set()
        self.lines = _settled_log(scripted)
        self.in_flight = keys_of(scripted, self.lines[before:]) - self.committed


def keys_of(scripted, lines):
    return {key for key in map(scripted.final_key, lines) if key}


def _settled_log(scripted):
    """What a dead process had sent is read and noted a moment later."""
    lines = scripted.asked()
    while True:
        time.sleep(0.05)
        before, lines = lines, scripted.asked()
        if len(before) == len(lines):
            return lines


def killed_run(scripted, config, out, moments, drawn):
    """The run killed at the moments and resumed each time, at last to its end. A moment is a number of requests in all,
    or, negative, seconds after a start."""
    log = scripted.server.log_file
    kills, words = [], ("run", config, "--out", out, "--quiet")
    for moment in moments:
        process = scripted.start(*words)
        if moment < 0:
            time.sleep(-moment)
        else:
            until(lambda aim=moment: _lines(log) >= aim, process)
            time.sleep(drawn.random() * 0.05)
        kill(process)
        kills.append(Killed(scripted, out / "calls.sqlite", len(kills[-1].lines) if kills else 0))
        if (out / "run.json").exists():
            words = ("resume", out, "--quiet")
    scripted.run(*words)
    return kills


def _lines(file):
    with open(file, "rb") as opened:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: opened.read(1 << 20), b""))


def check_witness(scripted, kills, records):
    """The server's log against what was committed at each kill. Returns how many calls were made again after each kill."""
    log = scripted.asked()
    repeated, lost = [], set()
    for one, later in pairwise([*kills, None]):
        part = log[len(one.lines) : len(later.lines) if later else None]
        asked = Counter(key for key in map(scripted.final_key, part) if key)
        assert not one.committed & set(asked), "a call whose reply was on disk was made again"
        assert max(asked.values(), default=0) <= 1, "one process made the same call twice"
        assert len(one.in_flight) <= PLACES
        lost |= one.in_flight
        again = set(asked) & keys_of(scripted, log[: len(one.lines)])
        assert again <= lost
        repeated.append(len(again))
    final = [key for key in map(scripted.final_key, log) if key]
    assert set(final) == records.replies
    assert len(final) - len(set(final)) == sum(repeated) <= sum(len(one.in_flight) for one in kills)
    return repeated


def compare(folder, count, kills, seed=0, latency_s=0.03):
    with Scripted(folder, count, BEHAVIOURS, latency_s=latency_s) as scripted:
        config = scripted.yaml(concurrency=PLACES // 3, rounds={"size": max(count // 6, 8)})
        scripted.run("run", config, "--out", folder / "whole", "--quiet")
        whole = scripted.asked()
        _, accepted = expected(scripted, Records(folder / "whole"))
        scripted.server.kill()  # and with it what it knows of faults that come once
        scripted.server.clear_log()
        scripted.server.start()
        drawn = random.Random(seed)
        requests = sorted(drawn.sample(range(1, len(whole)), kills - kills // 5))
        early = [-drawn.random() * 2.5 for _ in range(kills // 5)]  # while it starts, lists images, reads the ledger
        moments = list(requests)
        for moment in early:
            moments.insert(drawn.randrange(len(moments) + 1), moment)
        told = killed_run(scripted, config, folder / "killed", moments, drawn)
        records = Records(folder / "killed")
        repeated = check_witness(scripted, told, records)
        assert {item.item for item in records.settled if item.status == "passed"} == accepted
        assert outputs_of(folder / "killed") == outputs_of(folder / "whole")
        total = sum(line["action"] in FINAL for line in whole)
        print(
            f"{kills} kills over {count} images: {total} calls, {sum(repeated)} repeated, at most {max(repeated)} a kill, "
            f"{sum(len(one.in_flight) for one in told)} in flight at the kills"
        )


def test_killed_at_five_moments_it_makes_the_same_rows(tmp_path):
    compare(tmp_path, 40, 5)


@pytest.mark.slow
def test_killed_at_two_hundred_moments_it_makes_the_same_rows(tmp_path):
    compare(tmp_path, 500, 200)


def test_killed_while_it_writes_what_came_out(tmp_path):
    """Between the last reply and the end, at the moves of each output."""
    deadly = (
        "-c",
        "import itertools, os, signal, sys\n"
        "at, calls, whole = int(os.environ['AT']), itertools.count(1), os.replace\n"
        "def deadly(*words, **named):\n"
        "    if str(words[1]).endswith('.jsonl') and next(calls) == at:\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return whole(*words, **named)\n"
        "os.replace = deadly\n"
        "from wethink_plugins.cli.main import main\n"
        "main(sys.argv[1:])\n",
    )
    with Scripted(tmp_path, 25, BEHAVIOURS) as scripted:
        config = scripted.yaml()
        scripted.run("run", config, "--out", tmp_path / "whole", "--quiet")
        words = ("run", config, "--out", tmp_path / "killed", "--quiet")
        for at in (1, 2, 3):
            process = scripted.start(*words, program=deadly, environment={"AT": str(at)})
            process.communicate()
            assert process.returncode == -9
            words = ("resume", tmp_path / "killed", "--quiet")
        before = len(scripted.asked())
        scripted.run(*words)
        assert len(scripted.asked()) == before
        assert outputs_of(tmp_path / "killed") == outputs_of(tmp_path / "whole")
        left = [file.name for file in (tmp_path / "killed").iterdir() if file.name.startswith(".")]
        assert len(left) < 10, "each kill leaves its temporary files and nobody takes them away"


def test_resuming_a_finished_run_changes_nothing(tmp_path):
    with Scripted(tmp_path, 10, ["right"]) as scripted:
        scripted.run("run", scripted.yaml(), "--out", tmp_path / "out", "--quiet")
        asked, before = len(scripted.asked()), outputs_of(tmp_path / "out")
        scripted.run("resume", tmp_path / "out", "--quiet")
        assert len(scripted.asked()) == asked and outputs_of(tmp_path / "out") == before
        assert os.listdir(tmp_path / "out")
