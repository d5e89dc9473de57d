from types import SimpleNamespace

import pytest
from control_arms import ARMS, paid, permuted_answers
from curves import StepFigures

RULE = SimpleNamespace(overall=1.0, format=1.0, extra={"question_type": "fill_in_blank"})
JUDGED = SimpleNamespace(overall=0.79, format=1.0, extra={"question_type": "descriptive"})
UNSCORED = SimpleNamespace(overall=None, format=1.0, extra={"question_type": "descriptive"})


@pytest.mark.parametrize(
    ("arm", "rule", "judged"),
    [
        ("hybrid", 1.0, 0.79),
        ("noise", 0.5, 0.5),
        ("format only", 0.3, 0.3),
        ("rules only", 1.0, 0.3),
        ("judge only", 0.3, 0.79),
    ],
)
def test_what_each_arm_pays(arm, rule, judged):
    assert paid(arm, RULE, 0.5) == pytest.approx(rule)
    assert paid(arm, JUDGED, 0.5) == pytest.approx(judged)


@pytest.mark.parametrize("arm", [arm for arm in ARMS if arm != "permuted"])
def test_no_arm_pays_what_could_not_be_scored(arm):
    assert paid(arm, UNSCORED, 0.5) is None


def test_answers_are_permuted_within_a_family_and_the_same_each_time():
    rows = [
        {"row_id": f"train-{i:05d}-{family}", "answer": f"{family} {i}"}
        for family in ("count", "fruit")
        for i in range(20)
    ]
    swapped = permuted_answers(rows, 3)
    assert swapped == permuted_answers(list(rows), 3) != permuted_answers(rows, 4)
    assert all(answer.split()[0] == row_id.rsplit("-", 1)[-1] for row_id, answer in swapped.items())
    assert sorted(swapped.values()) == sorted(row["answer"] for row in rows)
    assert sum(swapped[row["row_id"]] != row["answer"] for row in rows) > 30


def test_steps_to_a_level_are_smoothed_and_may_never_come():
    arms = pytest.importorskip("arms")
    values = [0.2, 0.9, 0.2, 0.6, 0.8, 0.8, 0.9]
    steps = [StepFigures(i, 1, 1.0, 1.0, {"descriptive": value}) for i, value in enumerate(values)]
    assert arms.steps_to(steps, "descriptive", 0.7) == 6
    assert arms.steps_to(steps, "descriptive", 0.95) is None


def test_the_readme_table_has_a_line_for_the_start_and_each_arm():
    import controls

    kinds = dict.fromkeys(controls.TYPES, 0.5)
    start = {"accuracy": 0.4, "per_type": kinds, "format_rate": 0.7}
    reached = {kind: {"0.8": 7 if kind == "descriptive" else None} for kind in controls.TYPES}
    text = controls.as_markdown(start, {"hybrid": {**start, "accuracy": 0.9, "steps_to": reached}})
    assert text.splitlines()[2:] == [
        "| warm start | 0.400 | 0.500 | 0.500 | 0.500 | 0.700 | - | - | - |",
        "| hybrid | 0.900 | 0.500 | 0.500 | 0.500 | 0.700 | - | - | 7 |",
    ]
