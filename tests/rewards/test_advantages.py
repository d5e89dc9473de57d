"""Advantages as the trainers compute them, and what an unscored rollout makes of a group."""

import math

import pytest

from wethink_plugins.rewards.advantages import advantages, compared, group_of


def test_by_hand():
    """Five rollouts, one of them falsely 0: the known -1.79 of a group that is otherwise right."""
    assert advantages([1, 1, 1, 1, 0])[-1] == pytest.approx(-1.789, abs=1e-3)
    assert advantages([0.0, 1.0]) == pytest.approx([-math.sqrt(0.5), math.sqrt(0.5)], abs=1e-5)
    assert advantages([0.7]) == advantages([0.3] * 1) == [0.0]
    assert advantages([0.1 + 0.2, 0.3, 0.3]) == [0.0, 0.0, 0.0]


def test_a_lost_rollout_scales_the_others_by_the_known_factor_and_has_none_itself():
    scored = [1.0, 0.3, 0.3, 0.0]
    alone = advantages(scored)
    imputed = group_of([*scored, None, None], "mean").advantages
    assert imputed[-2:] == pytest.approx([0, 0], abs=1e-12)
    factor = math.sqrt((6 - 1) / (4 - 1))
    assert imputed[:4] == pytest.approx([value * factor for value in alone], rel=1e-5)
    assert group_of([*scored, None, None], "left_out").advantages == [*alone, 0.0, 0.0]


POLICIES = [
    ("mean", [1.0, 1.0, None], True),
    ("left_out", [1.0, 1.0, None], True),
    ("zero", [1.0, 1.0, None], False),
    ("one", [1.0, 1.0, None], True),
    ("mean", [None, None], True),
    ("one", [None, 0.3], False),
    ("left_out", [None, 0.3], True),
]


@pytest.mark.parametrize(("policy", "rewards", "flat"), POLICIES)
def test_which_groups_teach_nothing(policy, rewards, flat):
    assert group_of(rewards, policy).flat == flat


def groups(*many):
    return {i: group_of(rewards) for i, rewards in enumerate(many)}


def test_the_same_rewards_on_another_scale_train_the_same():
    base, other = groups([0, 1, 0.5], [1, 1, 1]), groups([0, 10, 5], [3, 3, 3])
    found = compared(base, other)
    assert (found["sign_flips"], found["pushed_or_not"], found["kendall"]) == (0, 0, 1)
    assert found["shift"] == pytest.approx(0, abs=1e-4)
    assert (found["groups"], found["rollouts"], found["zero_variance"]) == (2, 6, 0.5)


def test_flips_and_lost_groups_are_counted():
    found = compared(groups([0, 1], [0, 1], [5]), groups([1, 0], [1, 1], [7]))
    assert (found["groups"], found["sign_flips"], found["pushed_or_not"]) == (2, 0.5, 0.5)
    assert (found["zero_variance_base"], found["zero_variance"], found["kendall"]) == (0, 0.5, -1)


def test_nothing_to_compare_is_none_and_not_zero():
    found = compared(groups([1]), groups([0]))
    assert {value for key, value in found.items() if key not in ("groups", "rollouts")} == {None}
