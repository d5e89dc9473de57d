"""Every hand-written case, family by family."""

from __future__ import annotations

import pytest

from tests.rewards.rules import table_families, table_formulas, table_more, table_more_choice
from tests.rewards.rules.tables import Case, all_cases
from wethink_plugins.rewards.rules import Policy, grade

pytestmark = pytest.mark.table

OWN = Policy(symbolic="own")


def more_cases() -> list[Case]:
    blanks = [
        Case("fill_in_blank", "more", gold, answer, (), bool(want), want is None)
        for gold, answer, want in (*table_more.CASES, *table_families.CASES, *table_formulas.CASES)
    ]
    choices = [
        Case("multiple_choice", "more", gold, answer, tuple(options), bool(want), want is None)
        for options, gold, answer, want in table_more_choice.CASES
    ]
    return blanks + choices


CASES = [case for case in all_cases() + more_cases() if not case.contested]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.family}: {case.gold[:30]} | {case.answer[:40]}")
def test_verdict(case: Case):
    verdict = grade(case.answer, case.gold, case.kind, case.options, OWN)
    assert (verdict.decision == "right") == case.right, verdict
    assert verdict.reason
    assert verdict.grader


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.family}: {case.gold[:30]}")
def test_gold_meets_itself(case: Case):
    assert grade(case.gold, case.gold, case.kind, case.options, OWN).decision == "right"


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if case.right and case.kind != "multiple_choice"],
    ids=lambda case: f"{case.gold[:30]} | {case.answer[:40]}",
)
def test_white_space_and_tags_do_not_matter(case: Case):
    for answer in (f"\n  {case.answer}\n\n", f"\u200b{case.answer}\ufeff"):
        assert grade(answer, case.gold, case.kind, case.options, OWN).decision == "right"
