"""The statistics against worked examples that others published, and against scikit-learn where it is installed."""

import random

import pytest

from wethink_plugins.agreement import (
    agreement,
    alpha,
    intervals,
    kappa,
    kendall_tau,
    krippendorff_alpha,
    matrix_of,
    merged,
    pearson,
    ranks,
)

# Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, example C and D: four observers, twelve units.
OBSERVERS = ["123321412...", "1233224125.3", ".3332342251.", "12332441251."]
UNITS = [[int(row[i]) for row in OBSERVERS if row[i] != "."] for i in range(12)]


@pytest.mark.parametrize(("level", "value"), [("nominal", 0.743), ("ordinal", 0.815)])
def test_krippendorffs_own_example(level, value):
    assert krippendorff_alpha(UNITS, level) == pytest.approx(value, abs=5e-4)


COHEN = [
    ("two by two, 50 grant proposals", [[20, 5], [10, 15]], 0.4),
    ("same agreement, other margins (first)", [[45, 15], [25, 15]], 0.1304),
    ("same agreement, other margins (second)", [[25, 35], [5, 35]], 0.2593),
    ("Fleiss, Levin and Paik: 100 diagnoses", [[75, 1, 4], [5, 4, 1], [0, 0, 10]], 0.676),
]


@pytest.mark.parametrize(("why", "matrix", "value"), COHEN, ids=[case[0] for case in COHEN])
def test_cohens_kappa_as_published(why, matrix, value):
    assert kappa(matrix) == pytest.approx(value, abs=5e-4)


@pytest.mark.parametrize("power", [0, 1, 2])
def test_kappa_is_that_of_scikit_learn(power):
    metrics = pytest.importorskip("sklearn.metrics")
    dice = random.Random(power)
    first = [dice.choice("abcd") for _ in range(200)]
    second = [a if dice.random() < 0.6 else dice.choice("abcd") for a in first]
    ours = kappa(matrix_of(zip(first, second, strict=True), "abcd"), power)
    theirs = metrics.cohen_kappa_score(first, second, labels=list("abcd"), weights=[None, "linear", "quadratic"][power])
    assert ours == pytest.approx(theirs, abs=1e-12)


def test_rank_statistics_are_those_of_scipy():
    stats = pytest.importorskip("scipy.stats")
    dice = random.Random(1)
    first, second = ([float(dice.randrange(6)) for _ in range(40)] for _ in range(2))
    assert kendall_tau(first, second) == pytest.approx(stats.kendalltau(first, second).statistic)
    assert pearson(ranks(first), ranks(second)) == pytest.approx(stats.spearmanr(first, second).statistic)


def test_rank_statistics_by_hand():
    assert kendall_tau([1, 2, 3], [3, 2, 1]) == -1
    assert kendall_tau([1, 2, 3, 4], [1, 2, 4, 3]) == pytest.approx(4 / 6)
    assert kendall_tau([1, 1, 2], [1, 2, 2]) == pytest.approx(0.5)
    assert ranks([5, 1, 5]) == [2.5, 1, 2.5]


def test_alpha_of_a_matrix_is_that_of_its_units():
    matrix = [[5, 2, 0], [1, 4, 3], [0, 2, 6]]
    units = [(i, j) for i, row in enumerate(matrix) for j, count in enumerate(row) for _ in range(count)]
    for level in ("nominal", "ordinal"):
        assert alpha(matrix, level) == pytest.approx(krippendorff_alpha(units, level))


EXTREMES = [
    ("nothing", [[0, 0], [0, 0]], None, None),
    ("one category only", [[9, 0], [0, 0]], None, 1.0),
    ("perfect", [[5, 0], [0, 5]], 1.0, 1.0),
    ("always the other", [[0, 5], [5, 0]], -1.0, 0.0),
]


@pytest.mark.parametrize(("why", "matrix", "value", "same"), EXTREMES, ids=[case[0] for case in EXTREMES])
def test_what_is_not_defined_is_none_and_never_nan(why, matrix, value, same):
    assert [kappa(matrix, power) for power in (0, 1, 2)] == [value] * 3
    assert agreement(matrix) == same
    assert (alpha(matrix) is None) == (value is None)


def test_a_distance_costs_more_the_farther_it_is():
    near, far = [[3, 2, 0], [2, 3, 2], [0, 2, 3]], [[3, 0, 2], [2, 3, 2], [2, 0, 3]]
    assert kappa(near, 2) > kappa(near, 0)
    assert kappa(far, 2) < kappa(near, 2)


def test_merging_adds_up():
    assert merged([[1, 2, 3], [4, 5, 6], [7, 8, 9]], [[0, 1], [2]]) == [[12, 9], [15, 9]]


def test_unknown_categories_are_refused():
    with pytest.raises(ValueError, match="unheard"):
        matrix_of([("a", "unheard")], "ab")


def test_intervals_hold_the_value_are_repeatable_and_wider_when_rows_hang_together():
    dice = random.Random(0)
    rows = [(i, "a", dice.choice("aab")) for i in range(100)] + [(i, "b", dice.choice("abb")) for i in range(100, 200)]
    low, high = intervals(rows, "ab", {"same": agreement})["same"]
    assert low < agreement(matrix_of([row[1:] for row in rows], "ab")) < high
    assert intervals(rows, "ab", {"same": agreement})["same"] == (low, high)
    ten_times = [(cluster, a, b) for cluster, a, b in rows[::10] for _ in range(10)]
    wide = intervals(ten_times, "ab", {"same": agreement})["same"]
    assert wide[1] - wide[0] > 2 * (high - low)
    assert intervals([], "ab", {"same": agreement}) == {"same": None}
