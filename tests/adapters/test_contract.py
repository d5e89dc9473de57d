"""One table over every adapter: the same samples get the same verdicts, metrics and statuses, whatever the host."""

import asyncio
import math

import pytest

from tests.adapters.hosts import HOSTS
from tests.rewards.judges import ScriptedJudge
from wethink_plugins import HybridReward
from wethink_plugins.errors import SampleError
from wethink_plugins.score import METRIC_KEYS

CASES = [
    ("right by rule", {"answer": "4", "gold": "4"}, 1.0),
    ("wrong by rule", {"answer": "5", "gold": "4"}, 0.3),
    ("right option", {"answer": "B", "gold": "B", "options": ("red", "blue"), "question_type": "multiple_choice"}, 1.0),
    ("judged mostly", {"answer": "mostly", "gold": "a long story", "question_type": "descriptive"}, 0.79),
    ("no answer block", {"response": "four", "gold": "4"}, 0.0),
    ("ungradable", {"answer": "filtered", "gold": "a long story", "question_type": "descriptive"}, 0.3),
]


@pytest.fixture(params=HOSTS, ids=lambda host: host.__name__)
def host(request, monkeypatch):
    """An adapter around a reward whose judge is scripted."""
    reward = HybridReward.from_config({"judge": {"deadline_s": 0.5}}, judge=ScriptedJudge())
    host = request.param(reward, monkeypatch)
    yield host
    if hasattr(host, "close"):
        host.close()


@pytest.mark.parametrize(("why", "fields", "reward"), CASES, ids=[case[0] for case in CASES])
def test_same_verdicts(host, sample_of, why, fields, reward):
    assert host.rewards([sample_of(**fields)]) == [pytest.approx(reward)]


def test_metrics_have_the_same_finite_keys_whatever_happened(host, sample_of):
    for _, fields, _ in CASES:
        metrics = host.metrics(sample_of(**fields))
        assert set(metrics) == set(METRIC_KEYS)
        assert all(isinstance(value, float) and math.isfinite(value) for value in metrics.values())


def test_an_unscored_sample_never_becomes_a_false_zero(host, sample_of):
    scored = [sample_of("correct", "gold", question_type="descriptive") for _ in range(9)]
    lost = sample_of("down", "gold", question_type="descriptive")
    *_, reward = host.rewards([*scored, lost])
    assert reward in ("left out", pytest.approx(1.0))


def test_own_rows_without_our_columns(host, sample_of):
    assert host.rewards([sample_of("4", "4", question="How many?\nA. 3\nB. 4")]) == [pytest.approx(1.0)]


GOLDS = [
    ("a number", 4, [pytest.approx(1.0)]),
    ("missing", None, SampleError),
    ("missing in a data frame", float("nan"), SampleError),
    ("a mapping", {"answer": "4"}, SampleError),
    ("bytes", b"4", SampleError),
]


@pytest.mark.parametrize(("why", "gold", "rewards"), GOLDS, ids=[case[0] for case in GOLDS])
def test_a_gold_that_is_no_text_is_never_silently_wrong(host, sample_of, why, gold, rewards):
    if isinstance(rewards, list):
        assert host.rewards([sample_of("4", gold)]) == rewards
        return
    with pytest.raises(rewards, match="row row-1: answer"):
        host.rewards([sample_of("4", gold)])


def test_options_that_are_numbers_are_read_as_text(host, sample_of):
    assert host.rewards([sample_of("4", "B", options=(3, 4))]) == [pytest.approx(1.0)]


def test_async_hosts_do_not_wait_for_each_other(host, sample_of):
    if not getattr(host, "rewards_async", None):
        pytest.skip("this host is synchronous")
    samples = [sample_of("correct", "gold", question_type="descriptive") for _ in range(20)]
    assert asyncio.run(host.rewards_async(samples)) == [pytest.approx(1.0)] * 20
    assert host.reward.judge.most_running == 20


STYLES = [
    ("boxed", "<think>I look.</think> \\boxed{4}", 1.0),
    ("boxed", "<think>I look.</think>\n<answer>4</answer>", 0.0),
    ("think_open", "I look.</think>\n<answer>4</answer>", 1.0),
    ("wethink", "I look.</think>\n<answer>4</answer>", 0.7),
]


@pytest.mark.parametrize(("style", "response", "reward"), STYLES)
@pytest.mark.parametrize("kind", HOSTS, ids=lambda host: host.__name__)
def test_each_style_on_each_adapter(kind, style, response, reward, sample_of, monkeypatch):
    host = kind(HybridReward.from_config({"style": style}), monkeypatch)
    try:
        assert host.rewards([sample_of(response=response)]) == [pytest.approx(reward)]
    finally:
        getattr(host, "close", lambda: None)()
