"""math-verify behind its pipes: in threads, after a fork, killed at the limit. Skipped where it isn't installed."""

from __future__ import annotations

import json
import os
import threading
import time
from pathlib import Path

import pytest

pytest.importorskip("math_verify")

from wethink_plugins.errors import Ungradable
from wethink_plugins.rewards.rules import engine, grade, grade_batch, warm_up

HEAVY = "$\\boxed{(x+1)^{6000}\\sin(x)^{900}(y+z)^{500}}$"


@pytest.fixture(autouse=True)
def warm():
    warm_up()


def test_a_hung_worker_is_killed_and_the_next_one_is_there_soon():
    with pytest.raises(Ungradable):
        engine.ENGINE.equal("$1$", HEAVY, 0.3)
    assert engine.boxed_equal("x^2+1", "1+x^2", 5.0) is True


def test_in_a_thread():
    found = []
    thread = threading.Thread(target=lambda: found.append(engine.boxed_equal("x^2+1", "1+x^2", 5.0)))
    thread.start()
    thread.join()
    assert found == [True]


def test_many_threads_share_one_worker():
    found = []
    threads = [
        threading.Thread(target=lambda i=i: found.append((i, engine.boxed_equal(f"x+{i}", f"{i}+x", 5.0))))
        for i in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [(i, True) for i in range(8)]


def test_in_a_forked_child():
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        warm_up()
        os.write(write, b"1" if engine.boxed_equal("x^2+1", "1+x^2", 5.0) else b"0")
        os._exit(0)
    os.close(write)
    assert os.read(read, 1) == b"1"
    os.waitpid(child, 0)
    assert engine.boxed_equal("x^2+1", "1+x^2", 5.0) is True


@pytest.mark.parametrize("joined", ["x<-1 and x>4", "x<-1 \\land x>4", "x<-1, x>4", "x<-1 \\text{ and } x>4"])
@pytest.mark.parametrize("gold", ["x < -1 or x > 4", "x<-1 \\lor x>4", "x < -1 \\text{ or } x > 4"])
def test_what_joins_two_formulas_is_not_dropped(joined: str, gold: str):
    """math-verify reads the first as the second."""
    (verdict,) = grade_batch([(joined, gold, "fill_in_blank", ())])
    assert verdict.decision != "right"


def test_no_wrong_answer_is_paid_because_math_verify_is_there():
    files = [Path(__file__).with_name(name) for name in ("families.jsonl", "attacks.jsonl")]
    groups = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    items = [(answer, group["gold"], group["kind"], group["options"]) for group in groups for answer in group["wrong"]]
    # A batch, for which a formula that a loaded machine kills at its limit is undecided.
    verdicts = grade_batch(items)
    assert [item for item, verdict in zip(items, verdicts, strict=True) if verdict.decision == "right"] == []


def test_hostile_formulas_are_refused_before_they_start():
    for answer in (
        "10^{10^{10}}",
        "1000000!",
        "(x+1)^{50000}",
        "{" * 40 + "1" + "}" * 40,
        "\\sum_{n=1}^{9} n",
        "x" * 400,
    ):
        assert not engine.guarded(answer)


def test_model_text_is_not_run(tmp_path: Path):
    marker = tmp_path / "ran"
    payloads = [
        f"__import__('os').system('touch {marker}')",
        f"open('{marker}','w')",
        f"\\pi if open('{marker}','w') else 1",
        f"eval(\"open('{marker}','w')\")",
        f"$\\text{{open('{marker}','w')}}$",
    ]
    for payload in payloads:
        for gold in ("12", "x^2", "\\frac{1}{2}", "[0, 1)"):
            assert grade(payload, gold).decision != "right"
    assert not marker.exists()


def test_the_worker_ends_with_its_owner():
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        warm_up()
        os.write(write, str(engine.ENGINE._child).encode())
        os._exit(0)
    os.close(write)
    worker = int(os.read(read, 20))
    os.waitpid(child, 0)
    deadline = time.monotonic() + 120
    while Path(f"/proc/{worker}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(f"/proc/{worker}").exists()


def test_a_computing_worker_ends_with_its_owner():
    read, write = os.pipe()
    owner = os.fork()
    if owner == 0:
        warm_up()
        os.write(write, str(engine.ENGINE._child).encode())
        os.write(
            engine.ENGINE._process.stdin.fileno(),
            b'{"gold": "$1$", "answer": "%s"}\n' % HEAVY.replace("\\", "\\\\").encode(),
        )
        os._exit(0)
    os.close(write)
    worker = int(os.read(read, 20))
    os.waitpid(owner, 0)
    deadline = time.monotonic() + 120
    while Path(f"/proc/{worker}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(f"/proc/{worker}").exists()
