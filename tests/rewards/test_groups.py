"""What an unscored rollout gets: an advantage of exactly 0, and a run that stops when too many go unscored."""

import math

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


def scores_of(unscored, needed, by_rule=0):
    judged = [rollout("g", None if i < unscored else 1.0)[1] for i in range(needed)]
    return judged + [Score(1.0, 1.0, 1.0, "rule", "scored", "equal", "number")] * by_rule


def master_key_scores(count):
    return [Score(0.3, 0.0, 1.0, "model", "scored", "says nothing", "judge", extra={"judge": {"asked": 0}})] * count


BUDGETS = [
    ("dead", [scores_of(8, 8)] * 2, r"2 batches in a row.*429"),
    (
        "dead, between batches that need no judge",
        [scores_of(8, 8), [], scores_of(0, 0, 9), scores_of(8, 8)],
        "2 batches",
    ),
    ("dead beside nine in ten rows by rule", [scores_of(8, 8, 72)] * 2, "2 batches"),
    ("dead beside answers that need no question", [scores_of(8, 8) + master_key_scores(50)] * 2, "2 batches"),
    ("dead once", [scores_of(8, 8), scores_of(0, 8), scores_of(8, 8), scores_of(0, 40)], ""),
    ("under the share", [scores_of(8, 40)] * 9, ""),
    ("over the share", [scores_of(9, 40)], r"9 of 40.*over the share of 0.2: 429"),
    ("over the share of what needed the judge", [scores_of(9, 40, 400)], "9 of 40"),
    ("a good batch forgives", [scores_of(8, 40), scores_of(0, 40), scores_of(8, 40)], ""),
    ("one lost of a few says little", [scores_of(1, 2)] * 3, ""),
    ("many few are enough", [scores_of(1, 2)] * 16, r"16 of 32 .* in 16 batches"),
]


@pytest.mark.parametrize(("why", "batches", "stops"), BUDGETS, ids=[case[0] for case in BUDGETS])
def test_budget(why, batches, stops):
    budget = Budget(Tolerate())
    for scores in batches[:-1]:
        budget.spend(scores)
    if not stops:
        return budget.spend(batches[-1])
    with pytest.raises(JudgeBudgetSpent, match=stops):
        budget.spend(batches[-1])


def advantages(rewards):
    """EasyR1's GRPO (verl/trainer/core_algos.py): mean of the group, standard deviation with ddof=1, eps 1e-6."""
    mean = sum(rewards) / len(rewards)
    deviation = math.sqrt(sum((reward - mean) ** 2 for reward in rewards) / (len(rewards) - 1))
    return [(reward - mean) / (deviation + 1e-6) for reward in rewards]


GROUPS = [[1.0, 0.3, 0.51, 1.0], [1.0, 1.0, 1.0, 0.3], [1.0, 0.3]]


@pytest.mark.parametrize("scored", GROUPS, ids=str)
@pytest.mark.parametrize("size", [5, 8])
def test_advantages_in_numbers(scored, size):
    k = len(scored)
    rewards = rewards_of([("g", value) for value in scored] + [("g", None)] * (size - k))
    ours, alone = advantages(rewards), advantages(scored)
    false_zeros = advantages(scored + [0.0] * (size - k))
    print(f"G={size} k={k} rewards {scored} factor {math.sqrt((size - 1) / (k - 1)):.4f}")
    for name, values in (("alone", alone), ("ours", ours), ("as false zeros", false_zeros)):
        print(f"  {name:>15}: " + " ".join(f"{value:+.4f}" for value in values))
    assert ours[:k] == pytest.approx([value * math.sqrt((size - 1) / (k - 1)) for value in alone], abs=1e-4)
    assert ours[k:] == pytest.approx([0.0] * (size - k), abs=1e-9)
    assert all(value < -0.4 for value in false_zeros[k:]), "what a false zero does instead"
