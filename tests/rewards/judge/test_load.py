"""Many calls with 30% of faults: every sample ends in exactly the status that the script calls for.

WETHINK_LOAD sets the number of samples (default 600).
"""

import asyncio
import os
from collections import Counter
from types import SimpleNamespace

import pytest

from tests.servers import planned
from wethink_plugins.rewards.judge.prompt import judge_prompt
from wethink_plugins.rewards.judge.request import asked_again, call_for

pytest.importorskip("aiohttp", reason="needs the judge extra")

COUNT = int(os.environ.get("WETHINK_LOAD", "600"))
PLAN = {
    "seed": 7,
    "share": 0.3,
    "actions": ["429:0.2 good", "drop good", "500 good", "truncated good", "html good", "drop_mid good", "503 500 good",
                "good:mumbling", "filter", "context:vllm", "context:sglang", "filter_finish", "401"],
}  # fmt: skip
ENDS = {
    "good": "scored",
    "filter": "ungradable",
    "filter_finish": "ungradable",
    "context": "ungradable",
    "401": "unscored",
}


def expected(sample, answer):
    """Follows the script as a call would: transport faults pass at the next attempt, mumbling is asked about again."""
    call = asyncio.run(call_for(judge_prompt("default"), sample, answer, 1024, False, False))
    for asked in (call, asked_again(call, SimpleNamespace(finish_reason="stop"))):
        last = planned(asked.messages[0]["content"], 99, PLAN)
        if last != "good:mumbling":
            return ENDS[last.partition(":")[0]]
    return "ungradable"


def test_every_sample_ends_as_the_script_calls_for(judged_by, described):
    reward, server = judged_by(plan=PLAN, judge={"deadline_s": 120, "constrain": False})
    answers = [f"A dog runs {number} times." for number in range(COUNT)]
    samples = [described(answer, id=f"row-{number}") for number, answer in enumerate(answers)]
    wanted = [expected(sample, answer) for sample, answer in zip(samples, answers, strict=True)]
    reward.score(samples[wanted.index("scored")])  # a judge that has worked once: mumbling is the answer's fault then
    scores = reward.score_batch(samples)
    wrong = [(s.reason, want) for s, want in zip(scores, wanted, strict=True) if s.status != want]
    assert wrong == []
    assert all(s.tier == {"scored": "correct", "ungradable": "wrong", "unscored": None}[s.status] for s in scores)
    assert all((s.overall is None) == (s.status == "unscored") for s in scores)
    count = Counter(wanted)
    assert 0.6 * COUNT < count["scored"] < COUNT and count["unscored"] and count["ungradable"]
    log, totals = server.log(), reward.judge.client.totals()
    assert totals.attempts == len(log)
    assert totals.completion_tokens == sum(
        line["completion_tokens"] for line in log if line["action"].startswith("good")
    )
