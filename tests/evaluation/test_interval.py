import random
from statistics import fmean

import pytest

from wethink_plugins.evaluation.interval import paired, wilson


# From Newcombe (1998), table I, method 3: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
@pytest.mark.parametrize(
    ("right", "of", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_is_newcombes(right, of, low, high):
    found = wilson([1.0] * right + [0.0] * (of - right))
    assert found == pytest.approx((low, high), abs=5e-5)


def test_nothing_has_no_interval_and_all_right_is_no_point():
    assert wilson([]) is None and paired([]) is None
    assert wilson([1.0] * 10)[0] < 0.75 and paired([0.0] * 10)[1] > 0.1


@pytest.mark.parametrize(("up", "down", "n"), [(0.3, 0.1, 60), (0.02, 0.02, 40), (0.0, 0.2, 100)])
def test_the_paired_interval_holds_the_truth_as_often_as_it_says(up, down, n):
    dice, held = random.Random(1), 0
    for _ in range(600):
        values = [1.0 if (x := dice.random()) < up else -1.0 if x < up + down else 0.0 for _ in range(n)]
        low, high = paired(values)
        held += low <= up - down <= high
    assert 0.925 <= held / 600 <= 1.0


def test_a_judges_tiers_are_no_more_certain_than_right_and_wrong():
    tiers = [1.0, 0.7, 0.3, 0.0] * 10
    low, high = wilson(tiers)
    assert low < fmean(tiers) < high and (low, high) == pytest.approx(wilson([1.0, 0.0] * 20))
