"""Golds of every hand-written case of the rules are readable, and the short way to say so agrees with the long one."""

import pytest

from tests.rewards.rules.tables import all_cases
from wethink_plugins.datasets.checks.gold import _PLAIN, Golds
from wethink_plugins.datasets.checks.placeholders import placeholder_in
from wethink_plugins.rewards.rules import Policy
from wethink_plugins.rows import Row

CASES = sorted({(case.kind, case.gold, case.options) for case in all_cases() if case.gold.strip()})
PLAIN = [
    *str.split("red 3 -2.5 12% A Ab12 none not no yes true either neither both unknown DNE May Monday IV pi e kg 0 00"),
    *("not blue", "red or blue", "no answer", "3 or 4", "option B", "the answer is 3", "it is not", "I do not know"),
    *("five hundred and twelve", "New York", "A and B", "12 of 30 cups", "more than 5", "less or equal", "a b c d"),
]


def test_no_gold_of_the_rules_own_cases_is_unreadable_or_a_placeholder():
    golds, told = Golds(Policy()), []
    for kind, gold, options in CASES:
        kind = "multiple_choice" if options else "fill_in_blank"
        row = Row(id=gold, problem="Q?", answer=gold, category=kind, question_type=kind, reward="rule", options=options)
        golds.check(row)
        told += [placeholder_in(row.model_copy(update={"refined_cot": cot})) for cot in (None, "I look.")]
    assert len(CASES) > 200 and set(told) == {("", "")}


@pytest.mark.parametrize("gold", [gold for gold in PLAIN if _PLAIN.fullmatch(gold)])
def test_plain_golds_need_not_be_tried(gold):
    assert Golds(Policy(symbolic="own"))._unread(gold) == ""


def test_the_list_above_is_plain():
    assert sum(bool(_PLAIN.fullmatch(gold)) for gold in PLAIN) > 30
