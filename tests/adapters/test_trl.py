"""What is TRL's own: the shapes of a turn, and columns."""

from types import SimpleNamespace

import pytest

from tests.rewards.judges import ScriptedJudge
from wethink_plugins import HybridReward
from wethink_plugins.adapters.trl import make_reward, samples_of
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


@pytest.mark.parametrize("name", ["solution", "ground_truth"])
def test_a_dataset_in_other_words_is_told_how_to_rename_its_column(name):
    with pytest.raises(SampleError, match=rf'rename_column\("{name}", "answer"\)'):
        make_reward(reward=HybridReward.from_config())(prompts=["q"], completions=["r"], **{name: ["4"]})


class Picture:
    """As much of a PIL picture as is asked of one."""

    mode, size = "L", (1, 1)

    def __init__(self, data):
        self.data = data

    def tobytes(self):
        if self.data is None:
            raise OSError("image file is truncated")
        return self.data


def turns(text, **image):
    return [{"role": "user", "content": [{"type": "image", **image}, {"type": "text", "text": text}]}]


ONE, OTHER = b"one", b"other"
PAIRS = [
    ("the same prompt", {"prompts": ["q", "q"]}, True),
    ("other prompts", {"prompts": ["q", "r"]}, False),
    ("other golds", {"prompts": ["q", "q"], "answer": ["4", "5"]}, False),
    ("the same turns", {"prompts": [turns("q"), turns("q")]}, True),
    ("other earlier turns", {"prompts": [turns("a") + turns("q"), turns("b") + turns("q")]}, False),
    ("two copies of a picture", {"prompts": [turns("q")] * 2, "image": [Picture(ONE), Picture(ONE)]}, True),
    ("other pictures in a column", {"prompts": [turns("q")] * 2, "images": [[Picture(ONE)], [Picture(OTHER)]]}, False),
    ("other pictures in the turn", {"prompts": [turns("q", image=Picture(p)) for p in (ONE, OTHER)]}, False),
    ("other files", {"prompts": ["q", "q"], "image": [{"bytes": None, "path": p} for p in "ab"]}, False),
    ("a picture that can't be read", {"prompts": ["q", "q"], "image": [Picture(None), Picture(None)]}, True),
    ("row ids win", {"prompts": ["q", "r"], "row_id": [7, 7]}, True),
    ("lone surrogates", {"prompts": ["\ud800", "\ud800"]}, True),
]


@pytest.mark.parametrize(("why", "columns", "together"), PAIRS, ids=[case[0] for case in PAIRS])
def test_completions_of_one_row_are_a_group_also_without_its_id(why, columns, together):
    prompts = columns.pop("prompts")
    columns = {"answer": ["4", "4"], "trainer_state": SimpleNamespace(global_step=3), **columns}
    first, second = (sample.group for sample in samples_of(prompts, [ANSWER, ANSWER], columns))
    assert (first == second) is together and first.startswith("3/")


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
