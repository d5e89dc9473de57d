"""The arms of the fault study: what a failing judge gives, and what is drawn of it."""

import asyncio
import random
from types import SimpleNamespace

import pytest
from fault_arms import ARMS, HANDLINGS, PATTERNS, FaultyJudge

from wethink_plugins.errors import Ungradable, Unscored
from wethink_plugins.rewards.judge import Judgement


class Honest:
    name = "honest"

    async def judge(self, sample, answer):
        return Judgement("mostly", "as asked")


def asked(pattern, handling, answer="four yellow circles", step=12):
    judge = FaultyJudge(Honest(), pattern, handling, seed=0)
    return asyncio.run(judge.judge(SimpleNamespace(meta={"step": step}), answer))


CERTAIN = ("long answers time out", "answers naming yellow are refused", "down for ten steps")


@pytest.mark.parametrize("pattern", CERTAIN)
def test_a_fault_is_paid_as_the_arm_says(pattern):
    assert asked(pattern, "zeros").tier == "wrong"
    assert asked(pattern, "ones").tier == "correct"
    with pytest.raises(Ungradable if "refused" in pattern else Unscored):
        asked(pattern, "ours")


@pytest.mark.parametrize("handling", HANDLINGS)
@pytest.mark.parametrize("pattern", CERTAIN)
def test_what_does_not_fail_is_judged(pattern, handling):
    assert asked(pattern, handling, answer="4 red circles", step=3).tier == "mostly"


@pytest.mark.parametrize(("pattern", "share"), [("20% of all calls", 0.2), ("60% of all calls", 0.6)])
def test_uniform_faults_have_their_share(pattern, share):
    chance = random.Random(1)
    failed = sum(PATTERNS[pattern](None, "", chance) for _ in range(5000))
    assert failed / 5000 == pytest.approx(share, abs=0.03)


def test_the_table_has_a_row_for_each_arm_that_is_there():
    faults = pytest.importorskip("faults")
    figures = {"per_type": {"descriptive": 0.5}, "accuracy": 0.75}
    arm = [*ARMS][1]
    text = faults.as_markdown({"no faults": {0: figures}, arm: {0: figures, 2: figures}})
    assert text.splitlines()[2] == "| no faults | - | 1 | 0.500 | 0.500 | 0.750 |"
    assert "| 2 | 0.500, 0.500 | 0.500 | 0.750 |" in text.splitlines()[3]
