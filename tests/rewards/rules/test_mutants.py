"""A gold that was changed is not paid, at most one time in a hundred."""

from __future__ import annotations

from tests.rewards.rules.mutants import mutants
from tests.rewards.rules.test_tables import CASES, OWN
from wethink_plugins.rewards.rules import grade

ALLOWED = 0.01


def test_at_most_one_mutant_in_a_hundred_is_paid():
    golds = {(case.gold, case.kind, case.options) for case in CASES}
    tried, paid = 0, []
    for gold, kind, options in golds:
        for mutant in mutants(gold, kind):
            tried += 1
            if grade(mutant, gold, kind, options, OWN).decision == "right":
                paid.append((gold, mutant))
    assert tried > 1500
    assert len(paid) <= ALLOWED * tried, paid
