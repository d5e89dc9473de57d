"""What the shadow report counts, on journals whose disagreement is known."""

import json

import pytest

from wethink_plugins.errors import WeThinkError
from wethink_plugins.rewards.shadow_page import shadow_page
from wethink_plugins.rewards.shadow_report import shadow_report


def line(number, active, ours, step=1, group="g", **fields):
    return {
        "time": float(number),
        "id": f"row-{number}",
        "group": group,
        "step": step,
        "split": "train",
        "question": "Describe it.",
        "question_type": "descriptive",
        "response": "<think>x</think><answer><script>x</script></answer>",
        "answer": "x",
        "gold": "a dog",
        "overall": ours,
        "method": "model",
        "reason": "as told",
        "grader": "scripted",
        "latency_s": 0.5,
        "active": active,
        "shadow": {"process": 1, "dropped": 0, "unread": 0},
        **fields,
    }


@pytest.fixture
def report(tmp_path):
    def make(*lines, cards=12):
        file = tmp_path / "journal-1-0.jsonl"
        file.write_text("".join(json.dumps(one) + "\n" for one in lines))
        return shadow_report(tmp_path, cards)

    return make


def test_two_rewards_that_agree_on_another_scale(report):
    found = report(*(line(i, 10 * ours, ours) for i, ours in enumerate([0.0, 0.3, 1.0, 1.0])))
    assert found["correlation"] == found["rank_correlation"] == pytest.approx(1)
    assert (found["advantages"]["sign_flips"], found["advantages"]["kendall"]) == (0, pytest.approx(1))


def test_flips_are_found_with_their_cards_first(report):
    agree = [line(i, i % 2, i % 2, group="same") for i in range(4)]
    flip = [line(10, 1.0, 0.0, group="flip"), line(11, 0.0, 1.0, group="flip")]
    found = report(*agree, *flip, cards=2)
    assert found["advantages"]["sign_flips"] == pytest.approx(2 / 6)
    assert {card["id"] for card in found["cards"]} == {"row-10", "row-11"}
    card = found["cards"][0]
    assert card["active_advantage"] == pytest.approx(-card["our_advantage"])
    assert abs(card["our_advantage"]) == pytest.approx(0.707, abs=1e-3)


def test_groups_are_of_one_step_and_one_split(report):
    found = report(line(1, 0, 0), line(2, 1, 1), line(3, 0, 0, step=2), line(4, 1, 0, split="val"))
    assert (found["advantages"]["groups"], found["grouped_by"]) == (1, "group")


GROUPED = [
    ({"group": None, "id": "r"}, "row and step", 1),
    ({"group": None, "id": "r", "step": None}, "row, over all steps", 1),
    ({"group": None}, "row and step", 0),
]


@pytest.mark.parametrize(("fields", "by", "groups"), GROUPED)
def test_without_a_group_it_says_what_was_taken_for_one(report, fields, by, groups):
    found = report(*(line(i, i, i, **fields) for i in range(3)))
    assert (found["grouped_by"], found["advantages"]["groups"]) == (by, groups)


def test_what_has_no_number_is_counted_and_left_out(report):
    lines = [line(1, 1, 1), line(2, 0, 0), line(3, None, 1), line(4, 1, None, status="unscored")]
    found = report(*lines, {**line(5, None, 1), "shadow": None})
    assert (found["rollouts"], found["compared"]) == (4, 2)
    assert (found["active_without_number"], found["ours_unscored"]) == (1, 1)


def test_losses_add_up_over_processes(report):
    counts = [(1, 0, 0), (1, 7, 1), (2, 3, 0), (1, 5, 1)]
    shadows = [{"process": p, "dropped": d, "unread": u} for p, d, u in counts]
    found = report(*(line(i, 1, 1, shadow=shadow) for i, shadow in enumerate(shadows)))
    assert (found["dropped"], found["unread"]) == (10, 1)


def test_cost(report):
    call = {"prompt_tokens": 100, "completion_tokens": 5, "usd": 0.25, "cached": True}
    lines = [line(1, 1, 1), line(2, 1, 1, step=2, latency_s=1.5, judge=call), line(3, 1, 1, method="rule")]
    cost = report(*lines)["cost"]
    assert (cost["tokens"], cost["usd"], cost["from_store"]) == (105, 0.25, 1)
    assert (cost["judge_calls"], cost["judge_calls_a_step"]) == (2, 1.0)
    assert (cost["mean_wait_s"], cost["longest_wait_s"]) == (1.0, 1.5)


def test_the_page_shows_both_and_trusts_neither(report):
    found = report(*(line(i, i % 2, i % 3 == 0, step=i // 4) for i in range(16)))
    html = shadow_page(found).html()
    assert "<script" not in html and "&lt;script&gt;" in html
    assert "<svg" in html and "no training by ours" in html and "grouped by group" in html
    json.dumps(found, allow_nan=False)


def test_a_journal_without_shadow_mode_is_refused(report):
    with pytest.raises(WeThinkError, match=r"shadow\.active"):
        report({**line(1, None, 1), "shadow": None})
