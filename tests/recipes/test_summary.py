import json

import pytest
import summary
from checker import FRUITS
from curves import figures_by_step, last_format_rate
from progress import last_figure

RED = "ABCD"[[*FRUITS].index("red")]
SCENE = {"cells": [0, 3], "shape": "square", "colour": "red"}


def answer(text: str) -> str:
    return f"<think>I see.</think>\n<answer>{text}</answer>"


def prediction(number: int, family: str, kind: str, gold: str, **responses: str) -> dict:
    return {
        "id": f"test-{number:05d}-{family}",
        "family": family,
        "question_type": kind,
        "gold": gold,
        "scene": SCENE,
        **responses,
    }


@pytest.fixture
def rows() -> list[dict]:
    blank = answer("9")
    return [
        prediction(0, "count", "fill_in_blank", "2", teacher=answer("2"), before=answer("2"), after=answer("2"), blank=blank),
        prediction(1, "more", "fill_in_blank", "3", teacher=answer("2"), before=answer("2"), after=answer("3"), blank=blank),
        prediction(2, "colour", "multiple_choice", RED, teacher=answer(RED), before=RED, after=answer(RED), blank=blank),
        prediction(3, "tell", "descriptive", "two red squares", teacher=answer("two orange squares"), before=answer("two orange squares"), after=answer("two orange squares"), blank=blank),
    ]  # fmt: skip


def test_headline_figures_are_the_checkers(rows):
    found = summary.accuracies(rows)
    assert (found["teacher_accuracy"], found["sft_accuracy"], found["grpo_accuracy"], found["blank_accuracy"]) == (
        0.5,
        0.25,
        0.75,
        0.0,
    )
    assert found["blank_accuracy_before"] is None


def test_tables_by_type_and_family(rows):
    types = summary.table_by(rows, "question_type")
    assert types["fill_in_blank"] == {
        "n": 2,
        "teacher": 0.5,
        "before": 0.5,
        "after": 1.0,
        "blank": 0.0,
        "blank_before": None,
        "blind": 1.0,
    }
    assert summary.table_by(rows, "family")["colour"]["before"] == 0.0


def test_the_blind_baseline_is_the_best_constant_of_each_family():
    golds = [("count", "1"), ("count", "1"), ("count", "2"), ("more", "2"), ("more", "3")]
    rows = [prediction(i, family, "fill_in_blank", gold) for i, (family, gold) in enumerate(golds)]
    assert summary.blind_baseline(rows) == pytest.approx(3 / 5)


def test_the_reward_is_compared_with_the_checker_on_full_marks_only(rows):
    options = "What colour?\n" + "\n".join(
        f"{letter}. {colour}" for letter, colour in zip("ABCD", [*FRUITS], strict=True)
    )
    problems = {row["id"]: {"problem": options if row["family"] == "colour" else "?", "reward": "auto"} for row in rows}
    config = {"rules": {"nouns": "gold"}, "judge": {"offline": True}}
    scores = {stage: summary.reward_scores(rows, problems, stage, config) for stage in summary.SCORED}
    found = summary.reward_figures(rows, scores)
    assert found["reward_accuracy"]["after"] == 0.75
    assert found["reward_checker_gap"] == 0.0
    assert found["reward_checker_disagreements"] == {"before": 0, "after": 0}


def test_predictions_of_all_stages_are_joined_by_id(tmp_path, rows):
    files = {
        "data/teacher": "teacher",
        "before/answers": "before",
        "before/blank": "blank",
        "after/answers": "after",
        "after/blank": "blank",
    }
    for file, key in files.items():
        path = tmp_path / f"{file}.jsonl"
        path.parent.mkdir(exist_ok=True)
        facts = ("id", "family", "question_type", "gold", "scene")
        path.write_text(
            "".join(json.dumps({**{name: row[name] for name in facts}, key: row[key]}) + "\n" for row in reversed(rows))
        )
    joined = summary.join_predictions(tmp_path)
    assert {row["id"] for row in joined} == {row["id"] for row in rows}
    assert all(set(row) >= {"teacher", "before", "after", "blank", "blank_before", "scene"} for row in joined)


def line(step, group, overall, **more) -> dict:
    accuracy = None if overall is None else float(overall > 0.5)
    status = "unscored" if overall is None else "scored"
    base = {
        "step": step,
        "group": group,
        "split": "train",
        "question_type": "descriptive",
        "response": "abcd",
        "format": 1.0,
    }
    return {**base, "overall": overall, "accuracy": accuracy, "status": status, **more}


def test_curves_count_training_steps_only_and_leave_unscored_out_of_means():
    lines = [line(2, "b", 1.0), line(1, "a", 1.0), line(1, "a", 0.3, format=0.0), line(1, "c", 1.0), line(1, "c", None)]
    lines += [line(1, "v", 0.0, split="val"), line(None, "x", 0.0)]
    first, second = figures_by_step(lines)
    assert (first.step, first.samples, first.unscored, first.mixed_groups, first.format_rate, first.length) == (
        1,
        4,
        1,
        0.5,
        0.75,
        4,
    )
    assert first.by_type == {"multiple_choice": None, "fill_in_blank": None, "descriptive": pytest.approx(2 / 3)}
    assert first.reward == pytest.approx(2.3 / 3)
    assert (second.step, second.mixed_groups) == (2, 0.0)


def test_the_last_format_rate_is_that_of_five_steps():
    rates = [0.0, 1.0, 1.0, 1.0, 0.5, None, 1.0]
    steps = figures_by_step(line(i, "a", 1.0, format=rate) for i, rate in enumerate(rates) if rate is not None)
    assert last_format_rate(steps) == pytest.approx(0.9)
    assert last_format_rate([]) is None


def test_no_journal_gives_no_figures(tmp_path):
    found = summary.journal_figures(tmp_path / "nothing")
    assert found == {"format_rate": {"first": None, "last": None}, "unscored": 0, "steps": 0, "rollouts": 0}


def test_figures_are_found_in_the_logs_of_both_trainers():
    assert (
        last_figure("(Runner pid=3) step:7 - actor/lr:1e-4 - critic/score/mean:0.6125 - x:1")
        == "step 7, mean reward 0.613"
    )
    assert last_figure("{'loss': '0.4625', 'grad_norm': '1.2', 'epoch': '1.5'}") == "loss 0.463 at epoch 1.50"
    assert last_figure("nothing to see") is None
