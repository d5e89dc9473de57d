import json

import pytest
from PIL import Image

from tests.datasets.builders import JUDGED, row, write_rows
from wethink_plugins.datasets.image import Images
from wethink_plugins.datasets.literals import CONTROL_TOKENS, MEDIA_TAGS
from wethink_plugins.datasets.rejects import write_rejects
from wethink_plugins.datasets.repair import without_image_tag, without_wrappers
from wethink_plugins.datasets.validate import validate
from wethink_plugins.errors import JudgeRequired, WeThinkError

CHOICE = {"category": "multiple_choice", "problem": "Which?\nA. red\nB. blue"}

REJECTED = [
    ({"answer": None}, "answer", "is missing"),
    ({"answer": " "}, "answer", "is empty"),
    ({"problem": ""}, "problem", "is empty"),
    ({"image_path": "images/none.png"}, "image_path", "no such image"),
    ({"image_path": ["images/a.png", "images/none.png"]}, "image_path", "no such image"),
    ({"image_path": "https://host/a.png"}, "image_path", "is an address"),
    ({"image_path": "rows.jsonl"}, "image_path", "can't be used"),
    ({"category": "Yes/No"}, "category", "unknown question type"),
    ({"category": None}, "category", "no question type"),
    ({"reward": "gpt"}, "reward", "unknown reward method"),
    ({"refined_cot": "see <think>"}, "refined_cot", "holds a literal <think>"),
    ({"answer": "3</answer>"}, "answer", "holds a literal </answer>"),
    ({"problem": "\ud800?"}, "problem", "half a surrogate"),
    ({"image_path": "images/\ud800.png"}, "image_path", "half a surrogate"),
    ({"image_path": "images/\0.png"}, "image_path", "NUL"),
    ({"abilities": ["\ud800"]}, "abilities", "half a surrogate"),
    ({"category": ["a"]}, "category", "unknown question type"),
    ({**CHOICE, "answer": "C"}, "answer", "none of the options"),
    ({**CHOICE, "answer": "green"}, "answer", "none of the options"),
    ({"category": "multiple_choice", "answer": "green"}, "answer", "none of the options"),
    ({**CHOICE, "answer": "A", "options": ["blue", "red"]}, "options", "in another order"),
    ({"image_path": f"images/{'x' * 5000}.png"}, "image_path", "no such image"),
    *(({"refined_cot": f"a {token} b"}, "refined_cot", token) for token in (*MEDIA_TAGS, *CONTROL_TOKENS)),
    ({"problem": "Before <image> after"}, "problem", "<image>"),
    ({"problem": "<image><image>What?"}, "problem", "<image>"),
    ({"answer": "<|im_end|>"}, "answer", "<|im_end|>"),
    ({**CHOICE, "answer": "A", "options": ["<video>", "blue"]}, "options", "<video>"),
    ({"response": "<image>"}, "response", "<image>"),
]


@pytest.mark.parametrize(("fields", "field", "reason"), REJECTED)
def test_rejects_a_row_with_its_reason(tmp_path, fields, field, reason):
    found = validate(write_rows(tmp_path, [row(0), row(1, **fields)]))
    assert [r.id for r in found.rows] == ["r0"]
    (reject,) = found.rejects
    assert (reject.row, reject.line, reject.field) == ("r1", 2, field)
    assert reason in reject.reason and reject.fix
    assert "\n" not in reject.text("rows.jsonl")


ACCEPTED = [
    {},
    {"image_path": None},
    {"image_path": ["images/a.png", "images/b.png"]},
    {**CHOICE, "answer": "B"},
    {**CHOICE, "answer": "blue"},
    {**CHOICE, "answer": "(B) blue"},
    {"category": "multiple_choice", "answer": "B"},
    {"category": "Fill in the Blank", "reward": "Rule-Based"},
    {"problem": "Is 3 < 4 and <b> bold?"},
]


@pytest.mark.parametrize("fields", ACCEPTED)
def test_accepts_a_good_row(tmp_path, fields):
    found = validate(write_rows(tmp_path, [row(**fields)]))
    assert not found.rejects and found.counts["accepted"] == 1
    assert len(found.rows[0].image_files) == len(found.rows[0].image_path)


REPAIRED = [
    ("problem", "<image>How many?", "How many?"),
    ("problem", "<image>\nHow many?", "How many?"),
    ("problem", "How many?\n<image>", "How many?"),
    ("refined_cot", "<think>I look.</think>", "I look."),
    ("refined_cot", "<think>\nI look.\n</think>\n<answer>3</answer>", "I look."),
    ("refined_cot", "I look.\n<answer>3</answer>", "I look."),
    ("answer", "<answer>3</answer>", "3"),
]


@pytest.mark.parametrize(("field", "text", "expected"), REPAIRED)
def test_repairs_and_counts(tmp_path, field, text, expected):
    found = validate(write_rows(tmp_path, [row(**{field: text})]))
    assert getattr(found.rows[0], field) == expected
    assert sum(found.counts["repairs"].values()) == 1


def test_an_image_tag_stays_where_the_row_has_not_that_many_images():
    assert without_image_tag("<image>What?", 0) == "<image>What?"
    assert without_image_tag("<image><image>What?", 2) == "What?"
    assert without_image_tag("<image>and <image>What?", 2) == "<image>and <image>What?"


def test_reasoning_without_wrappers_is_left_alone():
    assert without_wrappers(" I look. ") == " I look. "
    assert without_wrappers("<think>half") == "<think>half"


def test_unknown_spellings_are_reported_once_for_the_file(tmp_path):
    rows = [row(i, category="Yes/No", answer=a) for i, a in enumerate(("yes", "no", "yes"))]
    found = validate(write_rows(tmp_path, [*rows, row(3, reward="gpt"), row(4)]))
    assert [(u.kind, u.value, u.rows, u.first_row) for u in found.unknown] == [
        ("question_type", "Yes/No", 3, "r0"),
        ("reward_method", "gpt", 1, "r3"),
    ]
    assert found.unknown[0].yaml == 'aliases: {question_type: {"Yes/No": fill_in_blank}}'
    assert len(found.rejects) == 4 and all(reject.unknown for reject in found.rejects)


@pytest.mark.parametrize("before", [{}, {"question_type": {"blank it": "fill_in_blank"}}])
def test_one_line_of_yaml_makes_all_spellings_known(tmp_path, before):
    rows = [row(category='yes "or" no'), row(1, category="vqa"), row(2, reward="gpt"), row(3, category="blank it")]
    file = write_rows(tmp_path, rows)
    found = validate(file, config={"aliases": before})
    assert not found.one_alias
    (tmp_path / "w.yaml").write_text(f"style: boxed\n{found.aliases}\n", encoding="utf-8")
    again = validate(file, config=tmp_path / "w.yaml")
    assert not again.rejects and again.aliases == ""


def test_spellings_that_are_texts_are_in_no_line_for_the_yaml(tmp_path):
    found = validate(write_rows(tmp_path, [row(i, category="long " * 20 + str(i)) for i in range(3)]))
    assert len(found.unknown) == 3 and found.aliases == ""


def test_the_yaml_line_makes_the_spelling_known(tmp_path):
    file = write_rows(tmp_path, [row(category="Yes/No"), row(1, reward="gpt")])
    lines = [unknown.yaml for unknown in validate(file).unknown]
    for line in lines:
        (tmp_path / "w.yaml").write_text(line, encoding="utf-8")
        assert len(validate(file, config=tmp_path / "w.yaml").rejects) == 1


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"problem": CHOICE["problem"], "answer": "B"}, "multiple_choice"),
        ({"answer": "12 cm"}, "fill_in_blank"),
        ({"answer": "Three green circles lie in the upper half of the picture."}, "descriptive"),
    ],
)
def test_types_are_inferred_only_when_asked(tmp_path, fields, expected):
    file = write_rows(tmp_path, [row(category="?", reward="auto", **fields)])
    assert validate(file).rejects
    assert validate(file, config=JUDGED, infer_types=True).rows[0].question_type == expected


def test_a_known_category_is_not_inferred_away(tmp_path):
    file = write_rows(tmp_path, [row(category="descriptive", answer="3", reward="model")])
    assert validate(file, config=JUDGED, infer_types=True).rows[0].question_type == "descriptive"


def test_the_second_row_of_an_id_is_rejected(tmp_path):
    found = validate(write_rows(tmp_path, [row(0), row(0, answer="4"), row(None, id=None), row(None, id=None)]))
    assert [(r.line, r.kind) for r in found.rejects] == [
        (2, "duplicate_id"),
        (3, "duplicate_row"),
        (4, "duplicate_row"),
    ]
    assert all("line 1" in reject.reason for reject in found.rejects)


def test_rows_for_fine_tuning_need_reasoning_and_no_judge(tmp_path):
    rows = [
        row(0, refined_cot=""),
        row(1, refined_cot="", response="<think>half"),
        row(2, category="descriptive", reward="model"),
    ]
    found = validate(write_rows(tmp_path, rows), for_sft=True)
    assert [r.row for r in found.rejects] == ["r0"] and [r.id for r in found.rows] == ["r1", "r2"]


@pytest.mark.parametrize("fields", [{"category": "descriptive", "reward": "auto"}, {"reward": "model"}])
def test_rows_that_need_a_judge_are_refused_without_one(tmp_path, fields):
    file = write_rows(tmp_path, [row(0), row(1, **fields), row(2, **fields)])
    with pytest.raises(JudgeRequired) as caught:
        validate(file)
    line = str(caught.value)
    assert line.startswith(f"{file}: row r1: reward: 2 of 3 rows") and line.index("judge.endpoints") < line.index(
        "judge: {offline: true}"
    )
    assert len(validate(file, config=JUDGED).rows) == 3


@pytest.mark.parametrize(("name", "content"), [("a.jsonl", ""), ("a.jsonl", "\n \n"), ("a.json", "[]")])
def test_a_file_without_rows_is_a_fault(tmp_path, name, content):
    (tmp_path / name).write_text(content)
    with pytest.raises(WeThinkError, match="holds no rows"):
        validate(tmp_path / name)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_that_was_cut_off_is_no_picture(tmp_path, kind):
    whole = tmp_path / f"whole.{kind.lower()}"
    Image.effect_noise((64, 64), 50).save(whole, kind)
    (tmp_path / f"cut.{kind.lower()}").write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    images = Images(tmp_path)
    assert images.fault(whole.name) == ("", "")
    assert "can't be used" in images.fault(f"cut.{kind.lower()}")[0]


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "I;16", "1"])
def test_every_mode_is_a_picture(tmp_path, mode):
    Image.new(mode, (8, 8)).save(tmp_path / "a.png")
    assert Images(tmp_path).fault("a.png") == ("", "")


def test_a_picture_that_processors_refuse_for_its_shape_is_rejected(tmp_path):
    Image.new("L", (402, 2)).save(tmp_path / "a.png")
    assert "402x2" in Images(tmp_path).fault("a.png")[0]


def test_images_are_looked_for_in_the_folder_given(tmp_path):
    file = write_rows(tmp_path / "rows", [row(0, image_path="a.png")])
    assert validate(file).rejects
    assert validate(file, tmp_path / "rows" / "images").rows[0].image_files == (str(tmp_path / "rows/images/a.png"),)
    with pytest.raises(WeThinkError, match="no such folder"):
        validate(file, tmp_path / "nowhere")


def test_rejects_are_written_with_reason_and_remedy(tmp_path):
    found = validate(write_rows(tmp_path, [row(0, answer=None)]))
    (line,) = write_rejects(tmp_path / "out.jsonl", found.rejects).read_text().splitlines()
    assert json.loads(line) == {
        "row": "r0",
        "line": 1,
        "kind": "missing_field",
        "field": "answer",
        "reason": "is missing",
        "fix": "fill it in or remove the row",
    }


@pytest.mark.parametrize(
    ("answer", "fix"),
    [
        (0, "an index is not accepted: write the letter"),
        (1, "an index is not accepted: write the letter"),
        ("2", "an index is not accepted: write the letter"),
        (7, "correct the answer or the options"),
        ("green", "correct the answer or the options"),
    ],
)
def test_an_index_of_an_option_is_no_answer(tmp_path, answer, fix):
    rows = [row(category="mcq", options=["red", "blue"], answer=answer)]
    (reject,) = validate(write_rows(tmp_path, rows)).rejects
    assert (reject.kind, reject.fix.startswith(fix)) == ("answer_outside_options", True)


@pytest.mark.parametrize("answer", ["B", "blue"])
def test_an_option_is_named_by_its_letter_or_its_text(tmp_path, answer):
    rows = [row(category="mcq", options=["red", "blue"], answer=answer)]
    assert not validate(write_rows(tmp_path, rows)).rejects
