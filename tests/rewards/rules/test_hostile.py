"""Nothing that a model writes may raise, hang, run, or be paid for its size. Limits are CPU time with slack."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wethink_plugins.rewards.redteam import load_attacks
from wethink_plugins.rewards.rules import Policy, Verdict, grade, grade_response, grading

# The promise is 1.5 s of wall time; CPU time with slack is what a busy machine can hold a test to.
LIMIT_CPU_S = 1.0
OWN = Policy(symbolic="own")
GOLDS = [
    "12",
    "12 cm",
    "25%",
    "red",
    "yes",
    "March 5, 2021",
    "3:30 PM",
    "[0, 3)",
    "(1, 2)",
    "{1, 2}",
    "x^2+1",
    "y=2x+1",
    "\\frac{1}{2}",
    "12; 7",
    "B",
    "at least 5",
    "1:2",
    "H2O",
    "10-14",
    "\\pm 2",
    "十二",
    "$5.50",
]
PIECES = [
    "(",
    ")",
    "{",
    "}",
    "\\frac{",
    "\\sqrt{",
    "^",
    "_",
    "1",
    "12 ",
    "A ",
    "and ",
    "or ",
    ",",
    ";",
    "=",
    "<",
    "is ",
    "not ",
    "$",
    "\\boxed{",
    "**",
    " ",
    "\n",
    "/",
    "%",
    "°",
    ":",
    "|",
    "±",
    "!",
    ".",
    "-",
    "e",
    "\\begin{pmatrix}",
    "\\\\",
    "'",
    "cm ",
    "一",
    "百",
    "the answer is ",
    "3:30 ",
    "2021-",
    "\u200b",
    "ﷺ",
    "\\text{",
    "[1,2]∪",
    "one ",
    "hundred ",
]


def timed(grader: Callable[..., Verdict], *arguments: object) -> Verdict:
    """Slow is what is slow three times: the garbage of all tests before may be collected in any of them."""
    for _ in range(3):
        start = time.thread_time()
        verdict = grader(*arguments)
        if time.thread_time() - start < LIMIT_CPU_S:
            return verdict
        grading._by_rules.cache_clear()
    pytest.fail(f"over {LIMIT_CPU_S} s of CPU: {str(arguments)[:200]}")


@pytest.mark.table
@pytest.mark.parametrize("attack", load_attacks(), ids=lambda attack: attack.id)
def test_no_shipped_attack_is_paid_or_slow(attack):
    verdict = timed(grade_response, attack.response, attack.gold, attack.question_type, attack.options)
    assert verdict.decision != "right"


@pytest.mark.table
@pytest.mark.parametrize("piece", PIECES, ids=repr)
@pytest.mark.parametrize("size", [1_990, 100_000])
def test_repeated_pieces(piece: str, size: int):
    answer = piece * (size // len(piece))
    for gold in GOLDS:
        assert timed(grade, answer, gold, "fill_in_blank", (), OWN).decision != "right"
    assert timed(grade, answer, "B", "multiple_choice", ("17", "42", "24", "36"), OWN).decision != "right"


BEYOND_FLOATS = [
    "10^400",
    "-10^400",
    "10^{-400}",
    "1.7*10^308*(1+i)",
    "(1+i)*1.7*10^308+1",
    "3x+1.7*10^308*(1+i)",
    "e*10^308",
    "x^{400}*10^300",
]
WITH_ROOM = ["{}", "[0, {}]", "x > {}", "|x| < {}", "y = {}", "{} cm", "({}, 2)", "{}x", "y*{} = x+1"]


@pytest.mark.parametrize("number", BEYOND_FLOATS)
def test_a_number_that_no_float_holds(number: str):
    """An answer may name it; comparing must not go through a float that overflows."""
    answers = [text.format(number) for text in WITH_ROOM]
    golds = [*GOLDS, "x > 3", "x < 10^401", "[0, 10^401]", "1.6*10^308*(1+i)", "2x+1.6*10^308*(1+i)", "x^3"]
    assert [
        (answer, gold)
        for answer in answers
        for gold in golds
        if timed(grade, answer, gold, "fill_in_blank", (), OWN).decision == "right"
    ] == []


def test_a_megabyte():
    for answer in ("12 " * 350_000, "(" * 1_000_000, "é" * 1_000_000, " " * 1_000_000 + "12"):
        for gold in GOLDS:
            timed(grade, answer, gold, "fill_in_blank", (), OWN)


texts = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(PIECES + GOLDS), max_size=14).map("".join),
    st.tuples(st.sampled_from(GOLDS), st.text(max_size=8)).map("".join),
    st.text(alphabet="0123456789.,+-*/^(){}[]\\ =<>≤%$xyABor", max_size=60),
)


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    texts,
    st.one_of(st.sampled_from(GOLDS), texts),
    st.sampled_from(["fill_in_blank", "multiple_choice", "math"]),
    st.lists(texts, max_size=5),
)
def test_any_text_gets_a_verdict(answer: str, gold: str, kind: str, options: list[str]):
    verdict = timed(grade, answer, gold, kind, tuple(options), OWN)
    assert verdict.decision in ("right", "wrong", "undecided")
    assert verdict.reason
    assert len(verdict.reason) < 200
    verdict.reason.encode("utf-8", "strict")


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(texts.filter(str.strip))
def test_gold_is_right_for_itself(gold: str):
    assert grade(gold, gold, "fill_in_blank", (), OWN).decision == "right"


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(-50, 50), min_size=2, max_size=6, unique=True), st.randoms())
def test_sets_have_no_order(values: list[int], dice):
    shuffled = dice.sample(values, len(values))
    assert grade(", ".join(map(str, shuffled)), "{" + ", ".join(map(str, values)) + "}").decision == "right"


@settings(max_examples=100, deadline=None)
@given(st.integers(-(10**6), 10**6), st.integers(-(10**6), 10**6))
def test_integers_are_right_exactly_when_equal(one: int, two: int):
    assert (grade(str(one), str(two)).decision == "right") == (one == two)


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 9999), st.sampled_from(["km", "cm", "kg", "mL"]))
def test_case_of_safe_units_does_not_matter(value: int, unit: str):
    for spelling in (unit, unit.lower(), f" {unit}"):
        assert grade(f"{value}{spelling}", f"{value} {unit}").decision == "right"
