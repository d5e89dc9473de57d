"""What an unscored rollout gets: an advantage of exactly 0, and a run that stops when too many go unscored."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wethink_plugins.config import Tolerate
from wethink_plugins.errors import JudgeBudgetSpent
from wethink_plugins.rewards.groups import Budget, imputed_rewards
from wethink_plugins.sample import Sample
from wethink_plugins.score import Score


def rollout(group, overall):
    sample = Sample("row", group, "q", "r", "a")
    status = "unscored" if overall is None else "scored"
    return sample, Score(overall, overall, 1.0, "model", status, "429 for 60 s", "judge")


def rewards_of(pairs, **more):
    samples, scores = zip(*(rollout(*pair) for pair in pairs), strict=True)
    return imputed_rewards(samples, scores, **more)


CASES = [
    ("all scored", [("g", 1.0), ("g", 0.0)], [1.0, 0.0]),
    (
        "mean of its own group",
        [("g", 1.0), ("h", 0.0), ("g", None), ("h", 0.4), ("g", 0.5)],
        [1.0, 0.0, 0.75, 0.4, 0.5],
    ),
    ("groups are told by id, not by place", [("g", 1.0), ("h", None), ("g", 0.0), ("h", 0.2)], [1.0, 0.2, 0.0, 0.2]),
    ("nothing scored in the group", [("g", 1.0), ("h", None)], [1.0, 1.0]),
    ("no group id isn't the empty one", [("", 1.0), (None, None), ("h", 0.0)], [1.0, 0.5, 0.0]),
    ("no group id, no group", [(None, 1.0), (None, None), (None, 0.0)], [1.0, 0.5, 0.0]),
]


@pytest.mark.parametrize(("why", "pairs", "rewards"), CASES, ids=[case[0] for case in CASES])
def test_imputed(why, pairs, rewards):
    assert rewards_of(pairs) == pytest.approx(rewards)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=8), st.integers(1, 4))
def test_the_advantage_of_the_unscored_is_zero_and_the_others_are_scaled(scored, missing):
    rewards = rewards_of([("g", value) for value in scored] + [("g", None)] * missing)
    mean = sum(rewards) / len(rewards)
    assert rewards[-1] == pytest.approx(mean)
    assert mean == pytest.approx(sum(scored) / len(scored))


def test_nothing_scored_needs_an_earlier_mean():
    with pytest.raises(JudgeBudgetSpent, match="429"):
        rewards_of([("g", None), ("g", None)])
    assert rewards_of([("g", None), ("g", None)], fallback=0.4) == [0.4, 0.4]


def scores_of(unscored, total):
    return [rollout("g", None if i < unscored else 1.0)[1] for i in range(total)]


def test_a_dead_judge_stops_the_run_within_two_batches():
    budget = Budget(Tolerate())
    budget.spend(scores_of(8, 8))
    budget.spend([])
    with pytest.raises(JudgeBudgetSpent, match=r"2 batches in a row.*429"):
        budget.spend(scores_of(8, 8))


def test_the_share_of_a_batch_is_limited_and_a_good_batch_forgives():
    budget = Budget(Tolerate())
    budget.spend(scores_of(2, 10))
    with pytest.raises(JudgeBudgetSpent, match="3 of 10"):
        budget.spend(scores_of(3, 10))
    budget.spend(scores_of(8, 8))
    budget.spend(scores_of(0, 8))
    budget.spend(scores_of(8, 8))
