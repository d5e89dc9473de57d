import json
import random
import subprocess
import sys
import time

import pytest

from tests.datasets.builders import row, write_rows
from tests.inference.backends import Scripted
from tests.servers.server import CHECKOUT
from wethink_plugins.errors import WeThinkError
from wethink_plugins.inference.backend import Output
from wethink_plugins.inference.partial import Partial
from wethink_plugins.inference.request import read_requests
from wethink_plugins.inference.run import generate
from wethink_plugins.inference.settings import Settings

SETTINGS = Settings("Think.")
KEYS = "id response think answer fault format_fault finish_reason question images gold question_type options reward_method source abilities split model settings".split()


@pytest.fixture
def asked(tmp_path):
    """Seven rows as requests."""
    return read_requests(write_rows(tmp_path, [row(i) for i in range(7)]))


def lines_of(file):
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_a_line_a_row_in_order_with_think_and_answer_apart(asked, tmp_path):
    says = {
        "r1": Output("<think>a</think><answer>1</answer><answer>2</answer>", "stop"),
        "r2": Output("", "length"),
        "r3": Output(None, "error", "r3.png can't be used: cut off"),
        "r4": Output("<think>never", "length"),
    }
    outcome = generate(asked, Scripted(says=says), SETTINGS, tmp_path / "out.jsonl")
    lines = lines_of(tmp_path / "out.jsonl")
    assert [line["id"] for line in lines] == [f"r{i}" for i in range(7)]
    assert all(list(line) == KEYS for line in lines)
    assert (lines[0]["answer"], lines[0]["gold"], lines[0]["format_fault"]) == ("2", "3", "")
    assert lines[0]["think"].endswith("How many shapes are there?")
    assert (lines[1]["answer"], lines[1]["think"], lines[1]["fault"]) == (None, "a", "several different answers")
    assert (lines[2]["response"], lines[2]["answer"], lines[2]["fault"]) == ("", None, "no closed answer block")
    assert (lines[3]["response"], lines[3]["finish_reason"], lines[3]["fault"]) == (None, "error", says["r3"].error)
    assert (lines[4]["think"], lines[4]["fault"]) == (None, "thinking never closed")
    assert (outcome.count, outcome.failed, outcome.cut, outcome.unanswered) == (7, 1, 2, 3)
    assert lines[0]["settings"]["max_new_tokens"] == 1000 and lines[0]["settings"]["temperature"] == 0.0


@pytest.mark.parametrize("kept", range(0, 1300, 130))
def test_cut_anywhere_the_run_goes_on_and_the_file_is_the_same(asked, tmp_path, kept):
    whole, other = tmp_path / "whole.jsonl", tmp_path / "other.jsonl"
    generate(asked, Scripted(), SETTINGS, whole)
    partial = Partial.begin(other, {})
    partial.close()
    first = Scripted()

    class Killed(Exception):
        pass

    class Watch:
        def begun(self, count, done):
            pass

        def answered(self, line):
            if line["id"] == "r4":
                raise Killed

    partial.file.unlink()
    with pytest.raises(Killed):
        generate(asked, first, SETTINGS, other, Watch())
    data = partial.file.read_bytes()
    partial.file.write_bytes(data[: len(data) - min(kept, len(data))])
    again = Scripted()
    outcome = generate(asked, again, SETTINGS, other)
    assert other.read_bytes() == whole.read_bytes() and not partial.file.exists()
    assert len(again.asked) + outcome.resumed >= 7
    if kept == 0:
        assert again.asked == ["r6"] and outcome.resumed == 6


def test_killed_at_random_moments_the_file_is_the_same(tmp_path):
    rows = write_rows(tmp_path, [row(i) for i in range(60)])
    whole, out = tmp_path / "whole.jsonl", tmp_path / "out.jsonl"
    generate(read_requests(rows), Scripted(unit=3), SETTINGS, whole)
    dice, kills = random.Random(7), 0
    for _ in range(40):
        process = subprocess.Popen([sys.executable, "-m", "tests.inference.killed", str(rows), str(out)], cwd=CHECKOUT)
        while process.poll() is None and not out.with_name("out.jsonl.partial").exists():
            time.sleep(0.005)
        time.sleep(dice.random() * 0.1)
        process.kill()
        kills += process.wait() != 0
        if out.exists():
            break
        assert not list(tmp_path.glob("out.jsonl")), "no half file under the name"
    else:
        subprocess.run([sys.executable, "-m", "tests.inference.killed", str(rows), str(out)], cwd=CHECKOUT, check=True)
    assert kills and out.read_bytes() == whole.read_bytes()


def test_no_two_runs_write_one_output(asked, tmp_path):
    held = Partial.begin(tmp_path / "out.jsonl", {})
    with pytest.raises(WeThinkError, match="another process writes it"):
        generate(asked, Scripted(), SETTINGS, tmp_path / "out.jsonl")
    held.close()


CHANGED = [
    (dict(settings=Settings("Think.", max_new_tokens=5)), "settings.max_new_tokens was 1000, is 5"),
    (dict(settings=Settings("Other.")), "settings.prompt was"),
    (dict(settings=Settings("Think.", min_pixels=7)), "settings.min_pixels was None, is 7"),
    (dict(backend=Scripted(model="other")), "model was 'scripted', is 'other'"),
    (dict(backend=Scripted(unit=3)), "batch_size was 2, is 3"),
    (dict(requests=[]), "rows was"),
]


@pytest.mark.parametrize(("change", "says"), CHANGED)
def test_what_was_begun_otherwise_is_not_gone_on_with(asked, tmp_path, change, says):
    out = tmp_path / "out.jsonl"
    lost = Scripted(says={"r3": Output(None, "error", "down", again=True)})
    outcome = generate(asked, lost, SETTINGS, out)
    assert (outcome.missing, outcome.cause) == (1, "down") and not out.exists()
    values = {"requests": asked, "backend": Scripted(), "settings": SETTINGS, **change}
    with pytest.raises(WeThinkError, match="other settings") as refused:
        generate(values["requests"], values["backend"], values["settings"], out)
    assert says in str(refused.value) and "--restart" in str(refused.value)
    if values["requests"]:
        assert generate(values["requests"], values["backend"], values["settings"], out, restart=True).resumed == 0
        assert len(lines_of(out)) == 7


def test_only_what_got_no_reply_is_asked_again(asked, tmp_path):
    out = tmp_path / "out.jsonl"
    generate(asked, Scripted(unit=1, says={"r3": Output(None, "error", "down", again=True)}), SETTINGS, out)
    again = Scripted(unit=1)
    assert generate(asked, again, SETTINGS, out).missing == 0
    assert again.asked == ["r3"] and len(lines_of(out)) == 7


def test_a_server_that_is_down_is_not_asked_for_every_row(tmp_path):
    requests = read_requests(write_rows(tmp_path, [row(i) for i in range(500)]))
    down = Scripted(unit=1, says={request.id: Output(None, "error", "connect", again=True) for request in requests})
    outcome = generate(requests, down, SETTINGS, tmp_path / "out.jsonl")
    assert (outcome.missing, len(down.asked)) == (500, 100)


def test_an_output_that_is_there_is_not_overwritten(asked, tmp_path):
    out = tmp_path / "out.jsonl"
    out.write_text("mine")
    with pytest.raises(WeThinkError, match="is there already"):
        generate(asked, Scripted(), SETTINGS, out)
    assert out.read_text() == "mine"
    assert generate(asked, Scripted(), SETTINGS, out, overwrite=True).count == 7 and len(lines_of(out)) == 7


def test_a_broken_line_in_the_middle_is_said(asked, tmp_path):
    out = tmp_path / "out.jsonl"
    generate(asked, Scripted(says={"r6": Output(None, "error", "down", again=True)}), SETTINGS, out)
    file = tmp_path / "out.jsonl.partial"
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join([lines[0], b"\0\0\0\n", *lines[2:]]))
    with pytest.raises(WeThinkError, match="line 2 is broken"):
        generate(asked, Scripted(), SETTINGS, out)


def test_half_a_surrogate_pair_and_line_separators_come_through(asked, tmp_path):
    odd = "a\u2028b\x85c \ud83d <answer>"
    out = tmp_path / "out.jsonl"
    generate(asked, Scripted(says={"r0": Output(odd, "stop")}), SETTINGS, out)
    first = json.loads(out.read_bytes().split(b"\n")[0])
    assert first["response"] == odd
