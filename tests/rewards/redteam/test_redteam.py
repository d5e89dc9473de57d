"""The shipped attacks, the search, and the shapes of reward functions that it can call."""

from __future__ import annotations

from pathlib import Path

import pytest

from wethink_plugins.errors import WeThinkError
from wethink_plugins.rewards.redteam import Row, load_attacks, read_rows, reward_of, sample_rows, search, try_attacks
from wethink_plugins.rewards.redteam.target import adapted


def test_enough_attacks_of_every_family():
    attacks = load_attacks()
    families = {attack.family for attack in attacks}
    assert len(attacks) >= 150
    assert len({attack.id for attack in attacks}) == len(attacks)
    assert {
        "shotgun-choice",
        "think-only",
        "several-blocks",
        "unclosed",
        "injection",
        "master-key",
        "look-alike",
        "code",
        "size-bomb",
        "tag-bomb",
    } <= families


def test_ours_pays_none_and_scores_all():
    ours = reward_of(None)
    outcomes = try_attacks(lambda a: ours(a.response, Row("", a.gold, a.question_type, a.options)))
    assert [o.attack.id for o in outcomes if o.reward is None or o.reward > 0] == []


def test_search_finds_nothing_in_ours_and_much_in_a_naive_reward():
    rows = sample_rows(60)
    assert search(reward_of(None), rows).exploitability <= 1.0
    naive = search(lambda response, row: float(row.gold in response), rows)
    assert naive.exploitability > 20
    assert not naive.best.honest


def test_a_reward_that_fails_is_counted_not_raised():
    found = search(lambda response, row: 1 / 0, sample_rows(20))
    assert found.failures == found.calls > 0


def verl_like(data_source, solution_str, ground_truth, extra_info=None):
    return {"score": float(ground_truth in solution_str)}


def trl_like(completions, solution, **kwargs):
    return [float(s in c[0]["content"]) for c, s in zip(completions, solution, strict=True)]


def easyr1_like(reward_inputs):
    return [
        {
            "overall": float(item["ground_truth"] in item["response"]),
            "accuracy": 1.0 * (item["ground_truth"] in item["response"]),
        }
        for item in reward_inputs
    ]


def plain(response, gold):
    return gold in response


@pytest.mark.parametrize("function", [verl_like, trl_like, easyr1_like, plain])
def test_every_host_shape_is_called(function):
    reward = adapted(function)
    assert reward("it is 12", Row("", "12", "fill_in_blank")) == 1.0
    assert reward("it is 13", Row("", "12", "fill_in_blank")) == 0.0


def test_rows_from_a_file_name_the_bad_line(tmp_path: Path):
    file = tmp_path / "rows.jsonl"
    file.write_text('{"answer": "B", "options": ["x", "y"]}\n{"question": "no gold"}\n')
    with pytest.raises(WeThinkError, match="row 2"):
        read_rows(file)
