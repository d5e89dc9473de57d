"""The named options: what each changes, and what stays."""

from __future__ import annotations

import pytest

from wethink_plugins.config import WeThinkConfig
from wethink_plugins.rewards.rules import Policy, grade, grade_batch, grade_response, policy_of


@pytest.mark.parametrize(
    ("option", "gold", "answer", "default"),
    [
        ({"rounding": "displayed"}, "1/3", "0.33", "wrong"),
        ({"units": "required"}, "12 cm", "12", "right"),
        ({"nouns": "gold"}, "12", "12 red apples", "right"),
        ({"plurals": "different"}, "dog", "dogs", "right"),
        ({"dates": "day_first"}, "March 5, 2021", "5/3/2021", "wrong"),
        ({"arithmetic": "any"}, "12", "7+5", "undecided"),
    ],
)
def test_each_option_turns_its_case(option: dict[str, str], gold: str, answer: str, default: str):
    assert grade(answer, gold).decision == default
    assert (grade(answer, gold, policy=Policy(**option)).decision == "right") != (default == "right")


def test_policy_follows_the_yaml():
    config = WeThinkConfig.load({"rules": {"rounding": "displayed", "units": "required", "timeout_s": 0.7}})
    assert policy_of(config.rules) == Policy(rounding="displayed", units="required", timeout_s=0.7)


def test_the_thinking_never_matters():
    for length in (0, 10, 100_000):
        thinking = "so 13 it is, or 14. " * (length // 20)
        assert grade_response(f"<think>{thinking}x</think><answer>12</answer>", "12").decision == "right"
        assert grade_response(f"<think>{thinking}12</think><answer>13</answer>", "12").decision == "wrong"


def test_no_closed_answer_is_wrong_and_says_why():
    verdict = grade_response("<think>12</think><answer>12", "12")
    assert (verdict.decision, verdict.grader, verdict.reason) == ("wrong", "response", "no closed answer block")


def test_batch_keeps_the_order_whatever_the_number_of_processes():
    items = [(str(i % 7), "3", "fill_in_blank", ()) for i in range(40)]
    alone = grade_batch(items)
    assert [v.decision == "right" for v in alone] == [i % 7 == 3 for i in range(40)]
    assert grade_batch(items, processes=2) == alone
