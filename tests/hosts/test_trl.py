"""The real TRL GRPOTrainer runs on our reward function, with pictures; a dead judge stops it with its cause."""

import pytest

from tests.hosts.conftest import CHECKOUT

pytestmark = pytest.mark.host
PROGRAM = CHECKOUT / "tests" / "hosts" / "trl_run.py"


def test_two_steps(grpo, task):
    done = grpo.run("python", PROGRAM, task, "good", WETHINK_JOURNAL=task / "trl-journal")
    assert "STEPS 2" in done.stdout
    assert "wethink/accuracy" in done.stdout
    assert "first 16 samples scored" in done.stdout


@pytest.mark.slow
def test_a_dead_judge_stops_the_run_with_its_cause(grpo, task):
    done = grpo.run("python", PROGRAM, task, "dead", check=False)
    assert done.returncode != 0
    assert "JudgeBudgetSpent" in done.stdout
    assert "connection refused" in done.stdout
