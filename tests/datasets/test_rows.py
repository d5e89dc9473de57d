import pytest

from tests.datasets.builders import row
from wethink_plugins.config import Aliases
from wethink_plugins.errors import WeThinkError
from wethink_plugins.rows import Row, UnknownValue, row_id


def test_reads_every_field():
    read = Row.read(row(category="Fill-in-the-blank", reward="Rule-based", family="count", scene={"n": 3}))
    assert (read.question_type, read.reward_method, read.category) == ("fill_in_blank", "rule", "Fill-in-the-blank")
    assert read.abilities == ("recognition", "maths")
    assert read.image_path == ("images/a.png",)
    assert read.extra == {"family": "count", "scene": {"n": 3}}
    assert read.source == "images"


@pytest.mark.parametrize(
    ("field", "value", "attribute", "expected"),
    [
        ("abilities", "OCR, maths; recognition", "abilities", ("OCR", "maths", "recognition")),
        ("abilities", None, "abilities", ()),
        ("image_path", ["a.png", "b.png"], "image_path", ("a.png", "b.png")),
        ("image_path", None, "image_path", ()),
        ("answer", 3, "answer", "3"),
        ("reward", None, "reward_method", "auto"),
        ("options", ["red", "blue"], "options", ("red", "blue")),
        ("options", ["A. red", "B. blue"], "options", ("red", "blue")),
        ("options", {"A": "red", "B": "blue"}, "options", ("red", "blue")),
        ("options", {"A": "red", "B": "blue", "C": None}, "options", ("red", "blue")),
        ("options", [1, 2.5], "options", ("1", "2.5")),
        ("problem", "Which?\nA. red\nB. blue", "options", ("red", "blue")),
        ("refined_cot", " ", "refined_cot", None),
        ("response", "<think>x\n", "response", "<think>x\n"),
        ("response", 3, "response", "3"),
        ("image_path", "/data/a.png", "source", ""),
        ("image_path", "coco/train/a.jpg", "source", "coco"),
    ],
)
def test_takes_a_field_in_the_forms_people_write(field, value, attribute, expected):
    assert getattr(Row.read(row(**{field: value})), attribute) == expected


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("problem", None),
        ("problem", "  "),
        ("answer", None),
        ("answer", ["3"]),
        ("answer", True),
        ("refined_cot", {"text": "x"}),
        ("image_path", [3]),
        ("image_path", {"a": 1}),
        ("options", ["red", ""]),
        ("options", {"A": "red", "C": "blue"}),
        ("options", {"A": "red", "B": None, "C": "blue"}),
        ("options", ["red", None]),
        ("options", [["red"], ["blue"]]),
        ("options", [f"text {i}" for i in range(27)]),
        ("abilities", [None]),
    ],
)
def test_names_the_field_that_it_cannot_read(field, value):
    with pytest.raises(WeThinkError) as caught:
        Row.read(row(**{field: value}))
    assert caught.value.field == field and caught.value.fix


@pytest.mark.parametrize(("field", "kind"), [("category", "question_type"), ("reward", "reward_method")])
def test_unknown_spellings_are_told_apart_and_aliases_make_them_known(field, kind):
    with pytest.raises(UnknownValue) as caught:
        Row.read(row(**{field: "Yes/No QA"}))
    assert (caught.value.kind, caught.value.value, caught.value.field) == (kind, "Yes/No QA", field)
    target = "fill_in_blank" if kind == "question_type" else "model"
    assert getattr(Row.read(row(**{field: "Yes/No QA"}), Aliases(**{kind: {"yes/no qa": target}})), kind) == target


def test_id_is_given_or_made_from_the_content():
    assert row_id({"id": 7}) == "7"
    assert row_id({"problem": "x", "answer": "y"}) == row_id({"answer": "y", "problem": "x"})
    assert len(row_id({"problem": "x"})) == 12 and row_id({"problem": "x"}) != row_id({"problem": "y"})


@pytest.mark.parametrize(
    ("category", "reward", "expected"),
    [
        ("descriptive", "auto", True),
        ("descriptive", "model", True),
        ("fill_in_blank", "model", True),
        ("fill_in_blank", "auto", False),
        ("descriptive", "rule", False),
    ],
)
def test_needs_a_judge(category, reward, expected):
    assert Row.read(row(category=category, reward=reward)).needs_judge is expected


@pytest.mark.parametrize(
    ("field", "name", "value"),
    [
        *(("problem", name, "How many?") for name in ("question", "prompt", "query", "Problem", "QUESTION")),
        *(("answer", name, "3") for name in ("solution", "gt", "label", "ground_truth")),
        ("answer", "label", 0),
        *(("image_path", name, "images/a.png") for name in ("image", "picture", "img")),
        ("image_path", "images", ["images/a.png"]),
        ("image_path", "image", {"bytes": b"x", "path": None}),
    ],
)
def test_a_field_under_another_name_is_asked_about(field, name, value):
    with pytest.raises(WeThinkError) as caught:
        Row.read(row(**{field: None, name: value}))
    assert (caught.value.field, caught.value.defect) == (field, "missing_field")
    assert f"the row has `{name}`" in str(caught.value) and f"rename it to {field}" in str(caught.value)


@pytest.mark.parametrize(
    "fields",
    [
        {"question": "Another one?", "label": "cat", "image": "thumb.png"},
        {"image_path": None, "image": None, "images": [], "picture": " ", "img": False},
    ],
    ids=["ours is there", "the other is empty"],
)
def test_other_names_are_left_alone(fields):
    assert Row.read(row(**fields)).answer == "3"


def test_a_missing_text_without_another_name_is_to_be_filled_in():
    with pytest.raises(WeThinkError, match="is missing; fill it in or remove the row"):
        Row.read(row(answer=None, label=""))
