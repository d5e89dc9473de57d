"""The statistics against values that statsmodels 0.15 and krippendorff 0.9 gave, and against cases done by hand."""

import pytest

from wethink_plugins.agreement import kappa, krippendorff_alpha
from wethink_plugins.datasets.audit.raters import agreement_on
from wethink_plugins.datasets.audit.rates import effective_size, rate_of, wilson
from wethink_plugins.datasets.audit.sheet import Sheet
from wethink_plugins.datasets.audit.verdict import ALL, verdicts

# statsmodels.stats.proportion.proportion_confint(yes, total, method="wilson")
WILSON = [
    (0, 10, 0.0, 0.27753279986288926),
    (10, 10, 0.7224672001371106, 1.0),
    (1, 1, 0.2065493143772374, 1.0),
    (186, 199, 0.8914540562401749, 0.9614287863789315),
    (7, 20, 0.18119182410108203, 0.5671457233147638),
    (93.5, 123.25, 0.6759976231341631, 0.8256096492313318),
]


@pytest.mark.parametrize(("yes", "total", "low", "high"), WILSON)
def test_wilson(yes, total, low, high):
    assert wilson(yes, total) == pytest.approx((low, high), abs=1e-12)


def said(stratum, **counts):
    return [(stratum, value) for value, number in counts.items() for _ in range(number)]


def test_one_stratum_is_plain_wilson():
    found = rate_of(said("a", yes=186, no=13, unsure=4, split=2, open=5), {"a": 9000})
    assert (found["rate"], found["effective"], found["covered"]) == pytest.approx((186 / 199, 199, 1.0))
    assert (found["low"], found["high"]) == pytest.approx(WILSON[3][2:])
    assert [found[name] for name in ("yes", "no", "unsure", "split", "open")] == [186, 13, 4, 2, 5]


def test_strata_are_weighed_by_their_size_in_the_file():
    """0.9 * 18/20 + 0.1 * 3/10; 1 / (0.81/20 + 0.01/10) rows; Wilson of these by statsmodels."""
    found = rate_of(said("a", yes=18, no=2) + said("b", yes=3, no=7), {"a": 900, "b": 100})
    assert (found["rate"], found["effective"]) == pytest.approx((0.84, 24.096385542168672))
    assert (found["low"], found["high"]) == pytest.approx((0.6494946111490876, 0.9370052617779614))


def test_in_proportion_the_effective_size_is_the_size():
    assert effective_size({"a": 0.75, "b": 0.25}, {"a": 30, "b": 10}) == pytest.approx(40)


def test_a_stratum_in_which_nothing_is_decided_is_left_out_and_said():
    found = rate_of(said("a", yes=9, no=1) + said("b", unsure=3), {"a": 600, "b": 400})
    assert (found["rate"], found["covered"]) == pytest.approx((0.9, 0.6))


def test_one_row_a_stratum_still_has_an_interval():
    found = rate_of([(i, "yes") for i in range(5)], dict.fromkeys(range(5), 10))
    assert found["rate"] == 1 and found["low"] == pytest.approx(wilson(5, 5)[0]) and found["high"] == 1


@pytest.mark.parametrize("rows", [[], said("a", open=3), said("a", unsure=2, split=1)])
def test_nothing_decided_has_no_rate(rows):
    found = rate_of(rows, {"a": 10})
    assert (found["rate"], found["low"], found["high"], found["covered"]) == (None, None, None, 0.0)


def test_kappa_and_alpha_as_others_compute_them():
    assert kappa([[60, 5, 2], [7, 12, 1], [3, 4, 6]]) == pytest.approx(0.5390739576786089)
    raters = ["00102001", "0110200.", "001100.1"]
    units = [[float(one[i]) for one in raters if one[i] != "."] for i in range(8)]
    assert krippendorff_alpha(units, "nominal") == pytest.approx(0.5190839694656488)


VERDICTS = [
    ("one annotator", ["yyy"], "yes yes yes", "yes"),
    ("a no", ["yny"], "yes no yes", "no"),
    ("unsure is neither", ["yuy"], "yes unsure yes", "unsure"),
    ("a no, but undecided otherwise", ["nuy"], "no unsure yes", "unsure"),
    ("unfinished, though there is a no", ["n-y"], "no open yes", "open"),
    ("even", ["ynu", "nnu"], "split no unsure", "split"),
    ("even, and nothing worse", ["yyy", "nyy"], "split yes yes", "split"),
    ("unsure leaves it to the other", ["uuy", "yny"], "yes no yes", "no"),
    ("majority", ["yyy", "yny", "nyy"], "yes yes yes", "yes"),
    ("nobody", [], "open open open", "open"),
]
NAMES = {"y": "yes", "n": "no", "u": "unsure"}


def sheet_of(*words):
    """A word a row: `yn-` is yes, no, and a criterion that isn't marked."""
    criteria = ("factuality", "grounding", "reasoning")
    marks = [
        {name: NAMES[letter] for name, letter in zip(criteria, word, strict=True) if letter in NAMES} for word in words
    ]
    return Sheet(marks=dict(enumerate(marks)))


@pytest.mark.parametrize(("why", "words", "each", "together"), VERDICTS, ids=[case[0] for case in VERDICTS])
def test_what_is_held_of_a_row(why, words, each, together):
    found = verdicts(0, [sheet_of(word) for word in words])
    assert found.pop(ALL) == together and list(found.values()) == each.split()


def test_agreement_of_two_counts_rows_that_both_marked():
    """By hand: 5 common rows, 4 alike; chance (4*3 + 1*2)/25 = 0.56, kappa (0.8 - 0.56) / 0.44."""
    ann, bo = sheet_of("y--", "y--", "y--", "y--", "n--", "y--"), sheet_of("y--", "y--", "y--", "n--", "n--", "---")
    found = agreement_on("factuality", {"ann": ann, "bo": bo})
    assert (found["rows"], found["percent"]) == (5, 0.8)
    assert found["kappa"] == pytest.approx((0.8 - 0.56) / 0.44)
    low, high = found["kappa_interval"] or (0, 1)
    assert low <= found["kappa"] <= high
    assert agreement_on("grounding", {"ann": ann, "bo": bo}) == {
        **{"rows": 0, "percent": None, "kappa": None, "kappa_interval": None, "alpha": None},
        "pairs": [{"annotators": ["ann", "bo"], "rows": 0, "percent": None, "kappa": None, "kappa_interval": None}],
    }


def test_agreement_of_three_is_by_pairs_and_alpha():
    sheets = {
        name: sheet_of(*(f"{letter}--" for letter in letters))
        for name, letters in {"a": "yynyuyyn", "b": "ynnyuyy-", "c": "yynnyy-n"}.items()
    }
    found = agreement_on("factuality", sheets)
    assert found["kappa"] is None and [pair["rows"] for pair in found["pairs"]] == [7, 7, 6]
    assert found["rows"] == 8 and found["percent"] == pytest.approx((6 + 5 + 3) / 20)
    assert found["alpha"] == pytest.approx(0.5190839694656488)
