import json
from pathlib import Path

import pytest

from tests.datasets.builders import row, write_rows

NAMES = "id response answer gold question_type source abilities".split()


def said(number=0, answer="3", **fields):
    """A line of `wethink generate`."""
    response = f"<think>I look.</think>\n<answer>{answer}</answer>"
    return {
        "id": f"r{number}", "response": response, "answer": answer, "fault": "", "finish_reason": "stop",
        "question": "How many?", "gold": "3", "question_type": "fill_in_blank", "options": [], "reward_method": "rule",
        "source": "coco", "abilities": ["maths"], "settings": {"style": "wethink", "max_new_tokens": 1000}, **fields,
    }  # fmt: skip


@pytest.fixture
def file(tmp_path):
    def write(*lines, name="trained.jsonl"):
        made = tmp_path / name
        made.write_text("".join(json.dumps(line) + "\n" for line in lines))
        return made

    return write


@pytest.fixture
def evaluated(wethink):
    def run(*arguments, code=0):
        found, printed, errors = wethink("evaluate", *arguments, "--json")
        assert found == code, errors
        return json.loads(printed), errors

    return run


def groups(value, grouping, file=0):
    return {group["name"]: group for group in value["files"][file][grouping]}


def test_accuracy_by_type_source_and_ability(file, evaluated):
    lines = [
        said(0),
        said(1, "4", source="gqa", abilities=["maths", "ocr"]),
        said(2, "B", gold="B", question_type="multiple_choice", options=["x", "y"], source="gqa", abilities=["ocr"]),
        said(3, response="<think>I look.", finish_reason="length"),
    ]
    value, _ = evaluated(file(*lines))
    (whole,) = groups(value, "all").values()
    assert (whole["accuracy"], whole["count"], whole["no_answer"], whole["cut"]) == (0.5, 4, 1, 1)
    assert whole["interval"] == pytest.approx([0.15, 0.85], abs=0.001)
    assert {n: g["accuracy"] for n, g in groups(value, "type").items()} == {
        "fill_in_blank": 1 / 3,
        "multiple_choice": 1.0,
    }
    assert {n: (g["accuracy"], g["count"]) for n, g in groups(value, "ability").items()} == {
        "maths": (1 / 3, 3),
        "ocr": (0.5, 2),
    }
    assert groups(value, "source")["coco"]["count"] == 2


def test_several_responses_of_a_question_are_one_question(file, evaluated):
    lines = [said(0), said(0, "4"), said(1, "4")]
    (whole,) = groups(evaluated(file(*lines))[0], "all").values()
    assert (whole["count"], whole["questions"], whole["accuracy"]) == (3, 2, 0.25)


def test_what_has_no_response_or_no_verdict_stands_apart(file, evaluated, tmp_path):
    config = tmp_path / "wethink.yaml"
    judge = {"endpoints": [{"base_url": "http://127.0.0.1:9/v1", "model": "m"}], "deadline_s": 1, "store": None}
    config.write_text(json.dumps({"judge": judge}))
    lines = [
        said(0),
        said(1, response=None, fault="a.png can't be used"),
        said(2, "a dog", gold="a dog runs", question_type="descriptive", reward_method="model"),
    ]
    value, errors = evaluated(file(*lines), "--config", config, code=1)
    (whole,) = groups(value, "all").values()
    assert (whole["accuracy"], whole["unscored"], whole["no_response"]) == (1.0, 1, 1)
    assert any("a.png can't be used" in line for line in errors) and any(
        "needed the judge unscored" in line for line in errors
    )


def test_rows_that_need_a_judge_need_one_or_are_left_out(file, wethink, evaluated):
    made = file(said(0), said(1, "a dog", question_type="descriptive", reward_method="auto"))
    code, _, errors = wethink("evaluate", made)
    assert code == 2 and "judge" in errors[0] and "r1" in errors[0]
    (whole,) = groups(evaluated(made, "--without-judge")[0], "all").values()
    assert (whole["accuracy"], whole["unscored"]) == (1.0, 1)


def test_two_files_side_by_side_with_what_moved(file, evaluated, wethink, tmp_path):
    base = file(*(said(i, "3" if i < 10 else "4") for i in range(40)), said(50), name="base.jsonl")
    trained = file(*(said(i, "3" if 2 <= i < 30 else "4") for i in range(40)), said(60))
    value, _ = evaluated(base, trained, "--page", tmp_path / "page.html", "--out", tmp_path / "scores.jsonl")
    (whole,) = value["differences"]["all"]
    assert (whole["pairs"], whole["better"], whole["worse"], whole["apart"]) == (40, 20, 2, 2)
    assert whole["difference"] == pytest.approx(0.45) and whole["interval"][0] > 0.2
    page = (tmp_path / "page.html").read_text()
    assert "+0.450" in page and "r0" in page and "nan" not in page.lower().replace("finance", "")
    assert len((tmp_path / "scores.jsonl").read_text().splitlines()) == 82
    assert "trained minus base" in wethink("evaluate", base, trained)[1]


def test_two_files_of_one_name_are_told_apart(file, wethink, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for folder in ("a", "b"):
        Path(folder).mkdir()
        file(said(1)).rename(Path(folder) / "said.jsonl")
    assert "b/said.jsonl minus a/said.jsonl" in wethink("evaluate", "a/said.jsonl", "b/said.jsonl")[1]


def test_two_that_were_asked_differently_are_told(file, evaluated):
    other = file(said(0, settings={"style": "wethink", "max_new_tokens": 5}), name="base.jsonl")
    _, errors = evaluated(other, file(said(0)))
    assert any("max_new_tokens was 5, and 1000" in line for line in errors)


def test_gold_and_type_come_from_the_dataset(tmp_path, evaluated):
    rows = write_rows(tmp_path, [row(0, source="coco"), row(1, answer="5", source="gqa")])
    made = tmp_path / "said.jsonl"
    made.write_text(
        "".join(json.dumps({"id": f"r{i}", "response": "<think>a</think><answer>3</answer>"}) + "\n" for i in range(2))
    )
    value, _ = evaluated(made, "--rows", rows)
    assert {n: g["accuracy"] for n, g in groups(value, "source").items()} == {"coco": 1.0, "gqa": 0.0}


def test_responses_in_another_style_are_told_of(file, evaluated):
    made = file(*(said(number, response="I look. \\boxed{3}") for number in range(3)))
    _, errors = evaluated(made)
    (said_so,) = [line for line in errors if "CHECK THIS" in line]
    assert str(made) in said_so and "3 of 3 responses" in said_so and "set `style: boxed`" in said_so


def test_the_style_of_the_file_is_graded_by(file, evaluated):
    made = file(said(0, response="I look.</think><answer>3</answer>", settings={"style": "think_open"}))
    value, errors = evaluated(made)
    (whole,) = groups(value, "all").values()
    assert (whole["accuracy"], whole["format"]) == (1.0, 1.0) and "think_open" in errors[0]


BAD = [
    ([{"id": "r0", "response": "x"}], "no right answer"),
    ([{"id": "r0", "answer": "3"}], "response: is missing"),
    ([{"id": "r0", "response": 3, "gold": "3"}], "is not text"),
    ([], "holds no responses"),
]


@pytest.mark.parametrize(("lines", "says"), BAD)
def test_what_cannot_be_graded_is_named(file, wethink, lines, says):
    code, printed, errors = wethink("evaluate", file(*lines))
    assert (code, printed, len(errors)) == (2, "", 1) and says in errors[0]


@pytest.mark.parametrize("option", ["--page", "--out"])
def test_responses_are_never_overwritten(file, wethink, option):
    made = file(said(0))
    text = made.read_text()
    assert wethink("evaluate", made, option, made)[0] == 2 and made.read_text() == text


def test_nothing_given_is_wrong_usage(wethink):
    assert wethink("evaluate")[0] == 2
