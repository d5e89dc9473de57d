"""A program in shadow mode that simply ends: what waits is scored first, and nothing is printed."""

import json
import subprocess
import sys

import pytest

from tests.servers import ModelServer
from wethink_plugins.rewards.journal import read_journal

EASYR1 = """
from wethink_plugins.adapters import easyr1

def item(batch, i):
    answer, kind = ("4", "fill_in_blank") if i % 2 else (f"scene {batch} {i}", "descriptive")
    gold = {"v": 1, "id": f"{batch}-{i}", "question": "What is seen?", "answer": answer, "type": kind}
    response = f"<think>t</think>\\n<answer>I see {answer}</answer>"
    return {"response": response, "response_length": 9, "ground_truth": json.dumps(gold)}

for batch in range(3):
    easyr1.compute_score([item(batch, i) for i in range(60)], **json.loads(sys.argv[1]))
"""
TRL = """
from wethink_plugins.adapters import trl

function = trl.make_reward(json.loads(sys.argv[1]))
for batch in range(3):
    golds = [f"scene {batch} {i}" for i in range(60)]
    turns = [[{"role": "assistant", "content": f"<think>t</think>\\n<answer>I see {gold}</answer>"}] for gold in golds]
    columns = {"question_type": ["descriptive"] * 60, "options": [[]] * 60, "row_id": golds}
    function(prompts=["What is seen?"] * 60, completions=turns, answer=golds, **columns)
"""
CHILD = """
import multiprocessing

if __name__ == "__main__":
    child = multiprocessing.get_context("fork").Process(target=exec, args=(sys.argv[2], {"json": json, "sys": sys}))
    child.start()
    child.join()
"""
PROGRAMS = [("easyr1", EASYR1, "easyr1_active"), ("trl", TRL, "trl_active"), ("forked", CHILD, "easyr1_active")]
QUIET = """
import json, logging, sys
logging.getLogger("wethink_plugins.first_batch").disabled = True  # it speaks to who starts a training
"""


def easyr1_active(reward_inputs):
    return [{"overall": 0.5} for _ in reward_inputs]


def trl_active(prompts, completions, answer, **columns):
    return [0.5 for _ in completions]


def ended(program, settings):
    command = [sys.executable, "-c", QUIET + program, json.dumps(settings), EASYR1]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize(("host", "program", "active"), PROGRAMS, ids=[case[0] for case in PROGRAMS])
def test_what_waits_at_exit_is_scored_and_stored(tmp_path, host, program, active):
    with ModelServer(latency_s=0.2) as server:
        endpoint = {"base_url": server.base_url.replace("127.0.0.1", "localhost"), "model": "scripted"}
        judge = {"endpoints": [{**endpoint, "max_concurrency": 16}], "store": str(tmp_path / "calls.sqlite")}
        settings = {"shadow": {"active": f"{__name__}:{active}"}, "judge": judge}
        done = ended(program, {**settings, "journal": {"path": str(tmp_path / "journal")}})
        asked = len(server.log())
    lines = list(read_journal(tmp_path / "journal"))
    assert (done.returncode, done.stderr, len(lines)) == (0, "", 180)
    assert {line["status"] for line in lines} == {"scored"}, {line["reason"] for line in lines}
    assert asked == sum(line["judge_called"] for line in lines) > 0
