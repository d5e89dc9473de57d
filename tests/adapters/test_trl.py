"""What is TRL's own: the shapes of a turn, and columns."""

import pytest

from tests.rewards.judges import ScriptedJudge
from wethink_plugins import HybridReward
from wethink_plugins.adapters.trl import make_reward
from wethink_plugins.errors import JudgeBudgetSpent, SampleError

ANSWER = "<think>I look.</think><answer>4</answer>"
TURNS = [
    ("plain text", ANSWER, 1.0),
    ("a message", [{"role": "assistant", "content": ANSWER}], 1.0),
    ("parts", [{"role": "assistant", "content": [{"type": "text", "text": ANSWER}]}], 1.0),
    ("a turn that only calls tools", [{"role": "assistant", "content": None, "tool_calls": []}], 0.0),
    ("a turn without content", [{"role": "assistant"}], 0.0),
    ("no turn", [], 0.0),
]


@pytest.mark.parametrize(("why", "completion", "reward"), TURNS, ids=[case[0] for case in TURNS])
def test_turns(why, completion, reward):
    function = make_reward(reward=HybridReward.from_config())
    assert function(prompts=["How many?"], completions=[completion], answer=["4"]) == [pytest.approx(reward)]


def test_a_dataset_without_gold_answers_is_refused():
    with pytest.raises(SampleError, match="column `answer`"):
        make_reward(reward=HybridReward.from_config())(prompts=["q"], completions=["r"])


def test_a_dead_judge_stops_training_within_two_steps_and_no_validation():
    function = make_reward(reward=HybridReward.from_config(judge=ScriptedJudge()))
    rows = {"answer": ["a long story", "4", "4"], "question_type": ["descriptive", "fill_in_blank", "fill_in_blank"]}
    completions = [ANSWER.replace("4", "down"), ANSWER, ANSWER]

    def step(split):
        return function(prompts=["q"] * 3, completions=completions, split=[split] * 3, **rows)

    for _ in range(5):
        assert step("validation") == [None, 1.0, 1.0]
    assert step("train") == [None, 1.0, 1.0]
    with pytest.raises(JudgeBudgetSpent, match=r"2 batches in a row with no verdict from the judge: 429"):
        step("train")
