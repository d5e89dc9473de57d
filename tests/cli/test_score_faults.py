"""A rollout that nothing can be computed for: one line with the file, the row, the field and what to do."""

import json

import pytest

GOOD = {
    "id": "r1", "group": "g", "question": "How many?", "response": "<think>x</think><answer>3</answer>", "answer": "3",
    "question_type": "fill_in_blank", "options": [], "reward_method": "rule",
}  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("answer", ""),
        ("answer", [3]),
        ("response", None),
        ("question_type", "vqa"),
        ("reward_method", "dice"),
        ("options", "x"),
    ],
)
def test_the_file_and_the_row_are_named_and_nothing_is_written(tmp_path, wethink, field, value):
    file = tmp_path / "rollouts.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in (GOOD, {**GOOD, "id": "r2", field: value})))
    (tmp_path / "w.yaml").write_text("judge: {offline: true}\n")
    out = tmp_path / "out.jsonl"
    code, printed, errors = wethink("score", file, "--out", out, "--config", tmp_path / "w.yaml")
    assert (code, printed, len(errors)) == (2, "", 1) and not out.exists()
    assert all(part in errors[0] for part in (str(file), "row r2", field, "; "))


def test_what_the_rows_lack_is_said_though_each_can_be_scored(tmp_path, wethink):
    choice = {"question_type": "multiple_choice", "options": ["red", "blue"]}
    rows = [
        GOOD,
        {**GOOD, **choice, "id": "r2", "answer": "1"},
        {**GOOD, "id": "r3", "question": "", "question_type": "descriptive", "reward_method": "auto"},
    ]
    file = tmp_path / "rollouts.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "w.yaml").write_text("judge: {offline: true}\n")
    code, _, errors = wethink("score", file, "--config", tmp_path / "w.yaml")
    said = " ".join(errors)
    assert code == 0
    assert (
        "1 of 1 multiple_choice samples is none of the options, or fits several: row r2 has '1', of 'red, blue'" in said
    )
    assert "1 of 1 samples that need the judge have no question" in said
