"""Cases by family, one gold a line with the answers that are right and those that are wrong; and what is still missed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from wethink_plugins.rewards.rules import Policy, grade

pytestmark = pytest.mark.table

OWN = Policy(symbolic="own")
BLANK, CHOICE = "fill_in_blank", "multiple_choice"
LINES = (Path(__file__).parent / "families.jsonl").read_text(encoding="utf-8").splitlines()
GROUPS = [json.loads(line) for line in LINES]
NUMBERS, SHAPES = ("17", "42", "24", "36"), ("square", "star", "circle", "crescent")
PURPOSES = (
    "To inform readers about the climate",
    "To persuade readers to vote",
    "To entertain readers",
    "To describe a place",
)
MISSED = [  # (kind, gold, options, answer, right, why)
    (BLANK, "40°N, 74°W", (), "40°N 74°W", True, "a list without commas"),
    (BLANK, "Tom, 12", (), "Tom 12", True, "a list without commas"),
    (BLANK, "12", (), "12 (3 rows of 4)", True, "numbers in an aside"),
    (BLANK, "6:45", (), "six forty-five", True, "a time spoken as two numbers"),
    (BLANK, "5 BC", (), "5 BCE", True, "eras"),
    (BLANK, "R&B", (), "R & B", True, "single letters around &"),
    (BLANK, "#5", (), "5", True, "a gold with a number sign"),
    (BLANK, "0.5 mol/L", (), "0.5 M", True, "M is read as million"),
    (BLANK, "1 234,56", (), "1234.56", True, "a gold with both a gap and a comma"),
    (BLANK, "45 minutes", (), "three quarters of an hour", True, "a part of a unit"),
    (BLANK, "yes", (), "yes because no", False, "a reason that contradicts"),
    (CHOICE, "B", NUMBERS, "So the answer is B, as 17 is too small", True, "another option in the reason"),
    (CHOICE, "B", NUMBERS, "B, not A, because 17 is too small", True, "another option in the reason"),
    (CHOICE, "B", PURPOSES, "The author wants to persuade readers to vote.", True, "an option's text behind a verb"),
    (CHOICE, "BD", SHAPES, "B, D only", True, '"only" behind a list'),
]


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: f"{group['family']}: {group['gold'][:30]}")
def test_family(group: dict):
    kind, gold, options = group["kind"], group["gold"], group["options"]
    paid = {
        answer: grade(answer, gold, kind, options, OWN).decision == "right"
        for answer in group["right"] + group["wrong"]
    }
    assert [answer for answer in group["right"] if not paid[answer]] == []
    assert [answer for answer in group["wrong"] if paid[answer]] == []


@pytest.mark.parametrize(
    ("kind", "gold", "options", "answer", "right"),
    [pytest.param(*case, marks=pytest.mark.xfail(strict=True, reason=why)) for *case, why in MISSED],
)
def test_missed(kind: str, gold: str, options: tuple[str, ...], answer: str, right: bool):
    assert (grade(answer, gold, kind, options, OWN).decision == "right") == right


@pytest.mark.parametrize("piece", ["\\sqrt ", "sin ", "\\frac ", "\\log_", "2^", "(", "|", "-", "1+"])
@pytest.mark.parametrize("side", ["answer", "gold"])
def test_a_deep_formula_is_no_crash(piece: str, side: str):
    deep = piece * 390 + "1"
    assert grade(*((deep, "x^2") if side == "answer" else ("x^2", deep)), policy=OWN).decision != "right"
