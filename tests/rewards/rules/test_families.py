"""Cases by family, one gold a line with the answers that are right and those that are wrong; and what is still missed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from wethink_plugins.rewards.rules import Policy, grade

pytestmark = pytest.mark.table

OWN = Policy(symbolic="own")
HERE = Path(__file__).parent


def lines(name: str) -> list[dict]:
    return [json.loads(line) for line in (HERE / name).read_text(encoding="utf-8").splitlines()]


# attacks.jsonl: found by a reader who looked for wrong answers that are paid, and left out of benchmarks/verifiers.py.
@pytest.mark.parametrize(
    "group",
    lines("families.jsonl") + lines("attacks.jsonl"),
    ids=lambda group: f"{group['family']}: {group['gold'][:30]}",
)
def test_family(group: dict):
    kind, gold, options = group["kind"], group["gold"], group["options"]
    paid = {
        answer: grade(answer, gold, kind, options, OWN).decision == "right"
        for answer in group["right"] + group["wrong"]
    }
    assert [answer for answer in group["right"] if not paid[answer]] == []
    assert [answer for answer in group["wrong"] if paid[answer]] == []


@pytest.mark.parametrize(
    "case",
    [pytest.param(case, marks=pytest.mark.xfail(strict=True, reason=case["why"])) for case in lines("missed.jsonl")],
    ids=lambda case: f"{case['gold'][:20]}-{case['answer'][:30]}",
)
def test_missed(case: dict):
    decision = grade(case["answer"], case["gold"], case["kind"], tuple(case["options"]), OWN).decision
    assert (decision == "right") == case["right"]


@pytest.mark.parametrize("piece", ["\\sqrt ", "sin ", "\\frac ", "\\log_", "2^", "(", "|", "-", "1+"])
@pytest.mark.parametrize("side", ["answer", "gold"])
def test_a_deep_formula_is_no_crash(piece: str, side: str):
    deep = piece * 390 + "1"
    assert grade(*((deep, "x^2") if side == "answer" else ("x^2", deep)), policy=OWN).decision != "right"
