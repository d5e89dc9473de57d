"""What is EasyR1's own: the shapes it calls with over its versions, envelopes, groups, and when it may stop a run."""

import importlib.util
import json
import math
import random
import subprocess
import sys
from statistics import fmean, stdev

import pytest

from tests.adapters.hosts import EasyR1, ground_truth
from tests.datasets.builders import row
from tests.rewards.judges import ScriptedJudge
from wethink_plugins import HybridReward
from wethink_plugins.adapters import easyr1, easyr1_reward
from wethink_plugins.adapters.easyr1_reward import EasyR1Reward, source_of
from wethink_plugins.adapters.easyr1_samples import sample_of as easyr1_sample
from wethink_plugins.envelope import pack, unpack
from wethink_plugins.errors import ConfigError, JudgeBudgetSpent, SampleError
from wethink_plugins.rows import Row
from wethink_plugins.score import METRIC_KEYS

RIGHT, WRONG = (f"<think>I look.</think><answer>{answer}</answer>" for answer in (4, 5))


class Length:
    """Stands for a tensor of no dimension, which is what v0.3.1 passes as the length."""

    def __int__(self):
        return 9


SHAPES = [
    ("batch, after v0.3.1", ([{"response": RIGHT, "response_length": 9, "ground_truth": "4"}],), [1.0]),
    ("batch, v0.3.1", ([{"response": WRONG, "response_length": Length(), "ground_truth": "4"}],), [0.3]),
    ("sequential", ({"response": RIGHT, "response_length": 9, "ground_truth": "4"},), 1.0),
    ("two lists, before v0.3.1", ([RIGHT, WRONG], ["4", "4"]), [1.0, 0.3]),
    ("two texts, v0.3.0", (WRONG, "4"), 0.3),
    ("nothing", ([],), []),
]


@pytest.mark.parametrize(("why", "arguments", "rewards"), SHAPES, ids=[case[0] for case in SHAPES])
def test_every_shape_of_call(why, arguments, rewards):
    result = easyr1.compute_score(*arguments)
    results = result if isinstance(result, list) else [result]
    assert [one["overall"] for one in results] == pytest.approx(rewards if isinstance(rewards, list) else [rewards])
    assert isinstance(result, list) == isinstance(rewards, list)
    assert all(set(one) == set(METRIC_KEYS) for one in results)


GROUND_TRUTHS = [
    ("plain text", "4", {"answer": "4", "id": "3.7", "group": None, "question_type": None}),
    ("a number", 4, {"answer": "4"}),
    ("LaTeX in braces", "{1,2}", {"answer": "{1,2}"}),
    ("JSON that is no envelope", '{"x": 1}', {"answer": '{"x": 1}'}),
    ("an envelope", '{"answer": "4", "v": 1, "id": "a", "question": "Q?", "type": "descriptive", "method": "rule"}',
     {"answer": "4", "id": "a", "group": "3/a", "question": "Q?", "question_type": "descriptive", "reward_method": "rule"}),
    ("a mapping", {"answer": 4, "id": 0, "options": ["x", 2]}, {"answer": "4", "id": "0", "options": ("x", "2")}),
    ("a mapping with a row's names", {"answer": "4", "problem": "Q?", "category": "mcq", "reward": "rule"},
     {"question": "Q?", "question_type": "mcq", "reward_method": "rule"}),
]  # fmt: skip


@pytest.mark.parametrize(("why", "truth", "expected"), GROUND_TRUTHS, ids=[case[0] for case in GROUND_TRUTHS])
def test_where_a_sample_comes_from(why, truth, expected):
    sample = easyr1_sample({"response": RIGHT, "response_length": Length(), "ground_truth": truth}, 3, 7)
    assert {name: getattr(sample, name) for name in expected} == expected
    assert sample.meta["response_length"] == 9


def test_columns_come_before_the_envelope():
    item = {"response": RIGHT, "ground_truth": '{"answer": "4", "v": 1, "id": "a", "question": "Q?"}'}
    columns = {"id": "b", "uid": "u", "type": "geometry", "multi_modal_data": {"images": ["x.png"]}, "split": "val"}
    for extra in ({"extra_info": columns}, columns):
        sample = easyr1_sample({**item, **extra}, 1, 0)
        assert (sample.id, sample.group, sample.question, sample.question_type) == ("b", "1/u", "Q?", None)
        assert (sample.images, sample.meta["split"], sample.answer) == (("x.png",), "val", "4")


@pytest.mark.parametrize(
    ("item", "says"),
    [
        ({"response": RIGHT, "ground_truth": '{"answer": "4", "v": 2, "id": "a"}'}, "row a: ground_truth.*version 2"),
        ({"answer": "4"}, "row 1.0"),
    ],
)
def test_what_cannot_be_read_names_the_row(item, says):
    with pytest.raises(SampleError, match=says):
        easyr1_sample(item, 1, 0)


def test_an_envelope_brings_back_the_row():
    packed = pack(Row.read(row(7, answer="drei ½")), "How many?", "val")
    assert packed.startswith('{"answer": "drei ½"'), "what validation logs show first"
    fields = unpack(packed)
    assert (fields["id"], fields["type"], fields["method"]) == ("r7", "fill_in_blank", "rule")
    assert fields["meta"] == {
        "split": "val",
        "source": "images",
        "category": "fill_in_blank",
        "abilities": ["recognition", "maths"],
    }


@pytest.fixture
def judged(monkeypatch, sample_of):
    """Calls with one answer a response, as told by the scripted judge; row ids and split may be given."""
    host = EasyR1(HybridReward.from_config(judge=ScriptedJudge()), monkeypatch)

    def call(*answers, ids=None, split="train"):
        ids = ids or ["a"] * len(answers)
        fields = {"question_type": "descriptive", "meta": {"split": split}}
        return host._call([sample_of(a, "gold", id=i, **fields) for a, i in zip(answers, ids, strict=True)])

    return call


def test_advantages_of_the_scored_are_those_of_their_group_alone_and_a_lost_one_has_none(judged):
    """Groups of five, shuffled as EasyR1 does; one judge call in five fails."""
    groups = {
        "a": ["correct", "mostly", "wrong", "partly", "down"],
        "b": ["wrong", "down", "mostly", "mostly", "correct"],
    }
    responses = [(name, answer) for name, answers in groups.items() for answer in answers]
    random.Random(3).shuffle(responses)
    results = judged(*(answer for _, answer in responses), ids=[name for name, _ in responses])
    for name in groups:
        rewards = [r["overall"] for r, (own, _) in zip(results, responses, strict=True) if own == name]
        lost = [answer == "down" for own, answer in responses if own == name]
        scored = [reward for reward, gone in zip(rewards, lost, strict=True) if not gone]
        alone = {reward: (reward - fmean(scored)) / stdev(scored) for reward in scored}
        k, size = len(scored), len(rewards)
        for reward, gone in zip(rewards, lost, strict=True):
            advantage = (reward - fmean(rewards)) / stdev(rewards)
            expected = 0.0 if gone else alone[reward] * math.sqrt((size - 1) / (k - 1))
            assert advantage == pytest.approx(expected, abs=1e-9)
    assert sum(r["imputed"] for r in results) == 2


def test_the_mean_accuracy_that_easyr1_logs_is_that_of_what_was_scored(judged):
    results = judged("correct", "correct", "correct", "correct", "wrong", "down")
    assert fmean(r["accuracy"] for r in results) == pytest.approx(0.8)


def test_a_dead_judge_stops_training_within_two_batches_with_the_cause(judged):
    assert len(judged("correct", "mostly")) == 2
    judged("down", "down")
    with pytest.raises(JudgeBudgetSpent, match="429 for 60 s") as caught:
        judged("down", "down")
    assert "\n" not in str(caught.value)


def test_a_judge_that_is_dead_from_the_start_stops_training_at_once(judged):
    with pytest.raises(JudgeBudgetSpent, match="429 for 60 s"):
        judged("down", "down")


def test_nothing_stops_a_run_in_validation(judged):
    for _ in range(5):
        results = judged("down", "down", "down", split="val")
    assert [(r["overall"], r["unscored"], r["imputed"]) for r in results] == [(0.0, 1.0, 1.0)] * 3
    assert judged("correct", "down", split="val")[1]["overall"] == 1.0
    assert judged("down", split="val")[0]["overall"] == 1.0, "the mean of what was scored before"


def test_one_at_a_time_a_dead_judge_stops_training_too(sample_of):
    reward = EasyR1Reward(HybridReward.from_config(judge=ScriptedJudge()))

    def call(answer):
        sample = sample_of(answer, "gold", question_type="descriptive")
        return reward.one({"response": sample.response, "ground_truth": ground_truth(sample)})["overall"]

    assert (call("correct"), call("down")) == (1.0, 1.0)
    with pytest.raises(JudgeBudgetSpent, match="429"):
        for _ in range(64):
            call("down")


SETTINGS = [
    ({}, None),
    ({"config": "w.yaml"}, "w.yaml"),
    ({"config": {"style": "boxed"}}, {"style": "boxed"}),
    ({"style": "boxed"}, {"style": "boxed"}),
]


@pytest.mark.parametrize(("settings", "source"), SETTINGS)
def test_settings_from_the_host_s_yaml(settings, source):
    assert source_of(settings) == source


def test_settings_in_two_places_or_unknown_are_refused():
    with pytest.raises(ConfigError, match="config and style"):
        source_of({"config": "w.yaml", "style": "boxed"})
    with pytest.raises(ConfigError, match="styl"):
        easyr1.compute_score([], styl="boxed")


def test_settings_reach_the_reward_and_each_has_its_own(tmp_path):
    boxed = "I think.\n\\boxed{4}"
    item = [{"response": boxed, "response_length": 3, "ground_truth": "4"}]
    (tmp_path / "w.yaml").write_text("style: boxed\n")
    for settings in ({"style": "boxed"}, {"config": {"style": "boxed"}}, {"config": str(tmp_path / "w.yaml")}):
        assert easyr1.compute_score(item, **settings)[0]["accuracy"] == 1.0
    assert easyr1.compute_score(item)[0]["overall"] == 0.0
    assert easyr1_reward.shared_reward({"style": "boxed"}) is easyr1_reward.shared_reward({"style": "boxed"})


LOADED_BY_PATH = """
import importlib.util, sys
spec = importlib.util.spec_from_file_location("custom_reward_fn", sys.argv[1])
module = importlib.util.module_from_spec(spec)
sys.modules["custom_reward_fn"] = module
spec.loader.exec_module(module)
assert (module.REWARD_TYPE, module.REWARD_NAME) == ("batch", "wethink")
assert not {"torch", "ray", "verl", "numpy"} & set(sys.modules)
print(module.compute_score([{"response": sys.argv[2], "response_length": 1, "ground_truth": "4"}])[0]["overall"])
"""


def test_the_printed_path_loads_the_way_easyr1_loads_it(tmp_path):
    from wethink_plugins.cli.path import PATHS

    setting = PATHS["easyr1"][0][1][0]
    file, _, name = setting.removeprefix("worker.reward.reward_function=").rpartition(":")
    assert name == "compute_score" and importlib.util.spec_from_file_location("custom_reward_fn", file)
    done = subprocess.run(
        [sys.executable, "-c", LOADED_BY_PATH, file, RIGHT], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.stdout.strip() == "1.0", done.stderr


def test_results_can_be_dumped_and_are_fresh():
    first, second = easyr1.compute_score([{"response": RIGHT, "response_length": 1, "ground_truth": "4"}] * 2)
    json.dumps(first)
    first.pop("overall")  # v0.3.1's forerunner did
    assert "overall" in second
