"""Each defect by its name, with rows that look alike and are fine: those must come through, without a word."""

import json
from io import BytesIO

import pytest
from PIL import Image

from tests.datasets.builders import JUDGED, row, write_rows
from wethink_plugins.datasets.defects import DEFECTS
from wethink_plugins.datasets.literals import CONTROL_TOKENS, MEDIA_TAGS
from wethink_plugins.datasets.validate import validate

CHOICE = {"category": "multiple_choice", "answer": "A"}
SHOWN = {**CHOICE, "problem": "Which?\nA. red\nB. blue\nC. green"}
LONG = "The man holds a red umbrella while he walks along the wet street."
DESCRIBED = {"category": "descriptive", "answer": LONG}


def both(problem, *options, **fields):
    return {**CHOICE, "problem": problem, "options": list(options), **fields}


# name: (rows that have it, rows that don't)
TEXTS = {
    "missing_field": (
        [{"answer": None}, {"answer": " "}, {"problem": "\n"}, {"problem": None}],
        [{"answer": "0"}, {"answer": 0}, {"answer": "-"}, {"refined_cot": None}],
    ),
    "wrong_field_type": (
        [{"answer": ["3"]}, {"problem": {"text": "?"}}, {"answer": True}, {"image_path": 3}, {"options": "red, blue"}],
        [{"answer": 3.5}, {"image_path": []}, {"abilities": "ocr, maths"}, {"options": []}, {"extra_key": {"a": [1]}}],
    ),
    "unknown_value": (
        [{"category": "VQA"}, {"category": None}, {"reward": "gpt"}, {"category": ["descriptive"]}],
        [{"category": "Fill-in-the-Blank"}, {"reward": None}, {"reward": "Rule Based"}, {"category": "BLANK"}],
    ),
    "media_tag": (
        [*({"refined_cot": f"a {tag} b"} for tag in MEDIA_TAGS), {"problem": "See <image> and say."}],
        [
            {"refined_cot": "an image, a <video src=x> tag"},
            {"problem": "What does <img> do?"},
            {"problem": "is a < image > b"},
        ],
    ),
    "control_token": (
        [{"refined_cot": f"a {token} b"} for token in CONTROL_TOKENS],
        [{"refined_cot": "im_end"}, {"refined_cot": "|im_end|"}, {"problem": "What is <|x|>?"}],
    ),
    "format_tag": (
        [{"refined_cot": "I <think> so"}, {"refined_cot": "a </answer> b"}, {"answer": "3</answer>"}],
        [{"problem": "What does <think> mean?"}, {"refined_cot": "I think so"}, {"refined_cot": "<thinking> hard"}],
    ),
    "unwritable_text": (
        [{"problem": "a\0b"}, {"answer": "\ud800"}, {"abilities": ["\udfff"]}, {"image_path": "images/\0.png"}],
        [{"problem": "😀?"}, {"refined_cot": "\u200b zero width"}, {"answer": "\\u0000"}],
    ),
    "placeholder_text": (
        [
            *({"answer": text} for text in ("{answer}", "[insert answer here]", "...", "…", "TODO", "[Your answer]")),
            *({"answer": text} for text in ("N/A", "null", "nan", "TBD", "ANSWER", "<your answer>", "___", "[ANSWER]")),
            *(
                {"problem": text}
                for text in ("TODO", "null", "None", "N/A", "{question}", "QUESTION", "...", "[QUESTION]")
            ),
            *(
                {"refined_cot": text}
                for text in ("N/A", "none", "{{reasoning}}", "THINK PROCESS", "...", "lorem ipsum dolor")
            ),
            {"problem": "Look: [insert question here] and answer."},
        ],
        [
            *(
                {"answer": text}
                for text in ("None", "none", "Unknown", "undefined", "Nothing", "(x)", "{1, 2}", "[0, 1]")
            ),
            *({"answer": text} for text in ("answer key", "To do", "todo", "XXX", "gold", "-", "{x}", "not available")),
            {"answer": "N/A", "refined_cot": "The cell says N/A."},
            {"answer": "N/A", "refined_cot": None},
            {"answer": "TODO", "refined_cot": "The list is headed TODO."},
            {"answer": "null", "problem": "Does it print null or 0?"},
            {**CHOICE, "answer": "N/A", "options": ["yes", "N/A"]},
            {"problem": "Solve for {x} in {{a}}^2 ... or so", "answer": "4"},
            {"problem": "Fill in: 3 + ___ = 5", "answer": "2"},
            {"refined_cot": "Unknown at first... then clear. None is left. TODO: count."},
            {"problem": 'What does the sign "[Insert coin]" ask for?', "answer": "a coin"},
        ],
    ),
    "answer_outside_options": (
        [
            {**SHOWN, "answer": "D"},
            {**SHOWN, "answer": "purple"},
            {**CHOICE, "problem": "Which?", "answer": "the left one"},
            {**SHOWN, "answer": "A. blue"},
        ],
        [
            *({**SHOWN, "answer": text} for text in ("C", "(b)", "Blue", "A. red", "B) blue")),
            {**CHOICE, "problem": "Which?", "answer": "D"},
            {**CHOICE, "problem": "Which?", "options": ["None", "3"], "answer": "None"},
        ],
    ),
    "options_disagree": (
        [
            both(SHOWN["problem"], "blue", "red", "green"),
            both(SHOWN["problem"], "red", "blue", "yellow"),
            both(SHOWN["problem"], "red", "blue"),
            both(SHOWN["problem"], "red", "blue", "green", "white"),
        ],
        [
            both(SHOWN["problem"], "red", "blue", "green"),
            both("Which?\nA. $x^2$.\nB. 3 cm", "x^2", "3 cm"),
            both("Which?\nA. Red\nB. red and\ngreen", "red", "red and green"),
            both("Consider:\nA. It rains.\nB. It snows.\nWhat is true?", "only A", "A and B"),
            both("Which?", "red", "blue"),
            {**SHOWN, "options": {"A": "red", "B": "blue", "C": "green"}},
        ],
    ),
    "unreadable_gold": (
        [
            *({"answer": text} for text in ("$$", "\\boxed{}", "\\text{}", "**", "\\frac{1}{2", "\\sqrt{", ":")),
            {"answer": "\\begin{pmatrix} 1 & 2"},
            {"answer": "\\left( 1, 2"},
            {"answer": "and so on " * 300},
        ],
        [
            *(
                {"answer": text}
                for text in ("?", ">", "∞", "½", "$\\frac{1}{2}$", "\\{1, 2\\}", "{a, b}", "+", "(", "😀")
            ),
            *(
                {"answer": text}
                for text in ("not blue", "red or blue", "3:1", "\\left\\{ 1 \\right.", "1e3", "图", "-5%")
            ),
            {**DESCRIBED, "answer": "\\frac{1}{2 is what stands there in the picture, as a formula", "reward": "model"},
        ],
    ),
    "method_against_type": (
        [{**DESCRIBED, "reward": "rule"}, {**DESCRIBED, "category": "open-ended", "reward": "Rule-Based"}],
        [
            {**DESCRIBED, "reward": "model"},
            {**DESCRIBED, "reward": "auto"},
            {"category": "descriptive", "answer": "3", "reward": "rule"},
            {"answer": LONG, "reward": "rule"},
        ],
    ),
}


def own_pictures(folder, rows):
    """Rows of one problem are no duplicates where each shows a file of its own."""
    (folder / "images").mkdir()
    for i in range(len(rows)):
        Image.new("RGB", (28, 28)).save(folder / "images" / f"{i}.png")
    return [row(i, **{"image_path": f"images/{i}.png", **fields}) for i, fields in enumerate(rows)]


@pytest.mark.parametrize("name", TEXTS)
def test_a_defect_in_a_row_is_found_under_its_name_and_its_neighbours_are_not(tmp_path, name):
    bad, good = TEXTS[name]
    rows = own_pictures(tmp_path, [*bad, *good])
    found = validate(write_rows(tmp_path, rows), config=JUDGED)
    told = [(reject.row, reject.kind) for reject in found.rejects]
    assert told == [(f"r{i}", name) for i in range(len(bad))]
    assert len(good) >= 3 and found.counts["defects"][name] == len(bad)
    assert [one.row for one in found.examples[name]] == [f"r{i}" for i in range(min(5, len(bad)))]


# name: (rows that have it, rows that don't); the rows are kept.
KEPT = {
    "image_tag_in_problem": (
        [{"problem": "<image>Q?"}, {"problem": "Q?\n<image>"}],
        [{"problem": "Image?"}, {"image_path": None}, {"problem": "< image >Q?"}],
    ),
    "wrapped_reasoning": (
        [{"refined_cot": "<think>a</think>"}, {"refined_cot": "a <answer>3</answer>"}],
        [{"refined_cot": "I think: a"}, {"refined_cot": "the answer: 3"}, {"refined_cot": "<b>a</b>"}],
    ),
    "wrapped_answer": (
        [{"answer": "<answer>3</answer>"}, {"answer": " <answer> 3 </answer> "}],
        [{"answer": "answer 3"}, {"answer": "(3)"}, {"answer": "<3>"}],
    ),
    "options_in_problem": (
        [SHOWN, {**CHOICE, "problem": "Which? (A) red (B) blue"}],
        [
            {**SHOWN, "options": ["red", "blue", "green"]},
            {**CHOICE, "problem": "Which?", "options": ["red", "blue"]},
            {**CHOICE, "problem": "Which?"},
            {**SHOWN, "category": "fill_in_blank"},
        ],
    ),
    "unknown_source": (
        [{"source": "crawl-7"}, {"image_path": "images/a.png", "source": None}],
        [{"source": "chartqa"}, {"source": "ChartQA"}, {"image_path": None, "source": None}],
    ),
    "model_for_rule": (
        [{"reward": "model"}, {**SHOWN, "options": ["red", "blue", "green"], "reward": "judge"}],
        [{**DESCRIBED, "reward": "model"}, {"reward": "auto"}, {"answer": LONG, "reward": "model"}, {"reward": "rule"}],
    ),
}


@pytest.mark.parametrize("name", KEPT)
def test_what_is_repaired_or_noted_is_counted_and_kept(tmp_path, name):
    bad, good = KEPT[name]
    rows = own_pictures(tmp_path, [{"source": "chartqa", **fields} for fields in (*bad, *good)])
    found = validate(write_rows(tmp_path, rows), config=JUDGED)
    assert not found.rejects and len(good) >= 3
    assert found.counts["defects"] == {name: len(bad)}
    assert [one.row for one in found.examples[name]] == ["r0", "r1"]


def picture(kind="PNG", mode="RGB", size=(40, 30), **words):
    file = BytesIO()
    Image.new(mode, size).save(file, kind, **words)
    return file.getvalue()


def turned(orientation):
    exif = Image.Exif()
    exif[274] = orientation
    return picture("JPEG", exif=exif)


def frames(kind, count):
    file = BytesIO()
    first, *more = [Image.new("RGB", (20, 20), (60 * i, 0, 90)) for i in range(count)]
    first.save(file, kind, save_all=True, append_images=more)
    return file.getvalue()


NOISE = Image.effect_noise((64, 64), 60)


def noise(kind):
    file = BytesIO()
    NOISE.save(file, kind)
    return file.getvalue()


HUGE = b"BM" + (0).to_bytes(8, "little") + (54).to_bytes(4, "little") + (40).to_bytes(4, "little")
HUGE += (40_000).to_bytes(4, "little") * 2 + (1).to_bytes(2, "little") + (24).to_bytes(2, "little") + bytes(24)

# name: (files that have it, files that don't)
PICTURES = {
    "image_broken": (
        {"a.png": noise("PNG")[:900], "b.jpg": noise("JPEG")[:700], "c.jpg": b"<html>404</html>", "d.png": b""},
        {"a.png": noise("PNG"), "b.jpg": noise("JPEG"), "c.webp": noise("WEBP"), "d.gif": noise("GIF")},
    ),
    "image_tiny": (
        {"a.png": picture(size=(1, 1)), "b.png": picture(size=(3, 60)), "c.png": picture(size=(1000, 4))},
        {"a.png": picture(size=(4, 4)), "b.png": picture(size=(800, 4)), "c.jpg": picture("JPEG", size=(8, 1600))},
    ),
    "image_huge": (
        {"a.bmp": HUGE},
        {"a.bmp": picture("BMP"), "b.png": picture(size=(3000, 2000)), "c.png": picture(mode="1", size=(5000, 4000))},
    ),
    "image_rotated": (
        {f"{i}.jpg": turned(i) for i in range(2, 9)},
        {"a.jpg": turned(1), "b.jpg": picture("JPEG"), "c.jpg": turned(0), "d.png": picture()},
    ),
    "image_cmyk": (
        {"a.jpg": picture("JPEG", "CMYK"), "b.tif": picture("TIFF", "CMYK")},
        {"a.jpg": picture("JPEG", "L"), "b.png": picture(mode="RGBA"), "c.png": picture(mode="P")},
    ),
    "image_animated": (
        {"a.gif": frames("GIF", 3), "b.png": frames("PNG", 2), "c.webp": frames("WEBP", 2)},
        {"a.gif": frames("GIF", 1), "b.png": picture(), "c.webp": picture("WEBP"), "d.tif": picture("TIFF")},
    ),
    "image_misnamed": (
        {"a.png": picture("JPEG"), "b.jpg": picture("PNG"), "c.jpeg": picture("WEBP")},
        {"a.JPG": picture("JPEG"), "b.jpeg": picture("JPEG"), "c.PNG": picture(), "d": picture(), "e.bin": picture()},
    ),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_found_under_its_name_and_its_neighbours_are_not(tmp_path, name):
    bad, good = PICTURES[name]
    rows = []
    for side, files in (("bad", bad), ("good", good)):
        (tmp_path / "images" / side).mkdir(parents=True)
        for file, data in files.items():
            (tmp_path / "images" / side / file).write_bytes(data)
            rows.append(row(len(rows), image_path=f"images/{side}/{file}", source="chartqa"))
    found = validate(write_rows(tmp_path, rows))
    assert found.counts["defects"] == {name: len(bad)} and len(good) >= 3
    assert found.counts["rejected"] == (len(bad) if DEFECTS[name].action == "reject" else 0)


def test_a_picture_that_is_nowhere_or_elsewhere(tmp_path):
    (tmp_path / "images" / "folder.png").mkdir(parents=True)
    paths = {
        "image_missing": ["images/none.png", "images/A.png", "images/folder.png", f"images/{'x' * 5000}.png"],
        "image_address": ["https://host/a.png", "file:///a.png", "s3://bucket/a.png"],
        None: ["images/a.png", "./images/a.png", "images/../images/b.png", str(tmp_path / "images/b.png")],
    }
    rows = [(name, row(i, image_path=p)) for name, ps in paths.items() for i, p in enumerate(ps)]
    file = write_rows(tmp_path, [{**one, "id": str(i)} for i, (_, one) in enumerate(rows)])
    kinds = {reject.row: reject.kind for reject in validate(file).rejects}
    assert kinds == {str(i): name for i, (name, _) in enumerate(rows) if name}


def test_a_row_that_comes_twice(tmp_path):
    first = row(0, image_path=["images/a.png", "images/b.png"])
    again = [
        {**first, "id": "x"},
        {**first, "id": "y", "refined_cot": "In other words."},
        {**first, "id": "z", "problem": f"  {first['problem']}\n"},
    ]
    near = [
        {**first, "id": "1", "image_path": ["images/b.png", "images/a.png"]},
        {**first, "id": "2", "answer": "4"},
        {**first, "id": "3", "problem": first["problem"].lower()},
        {**first, "id": "4", "image_path": "images/a.png"},
        {**first, "id": "5", "options": ["2", "3"]},
    ]
    found = validate(write_rows(tmp_path, [first, *again, *near]))
    assert [(r.row, r.kind) for r in found.rejects] == [(i, "duplicate_row") for i in "xyz"]


def test_a_row_may_come_again_where_the_first_was_rejected(tmp_path):
    rows = [row(0, refined_cot="<image>"), row(0, id="b")]
    found = validate(write_rows(tmp_path, rows))
    assert [r.kind for r in found.rejects] == ["media_tag"] and [r.id for r in found.rows] == ["b"]


def test_an_id_that_comes_twice(tmp_path):
    rows = [row(0), row(1, id="r0"), row(2, id=" r0 "), row(3, id=7), row(4, id="7"), row(5, id="R0"), row(6, id=None)]
    found = validate(write_rows(tmp_path, [*rows, row(7, id="")]))
    assert [(r.line, r.kind) for r in found.rejects] == [(n, "duplicate_id") for n in (2, 3, 5)]


BROKEN = ['{"id": "x", "pro', "[1]", "null", '"text"', '{"answer": NaN}', '{"a": 1} {"b": 2}', "id: x"]


def test_a_broken_line_is_a_reject_and_the_reading_goes_on(tmp_path):
    lines = [row(0), *BROKEN, "", "   ", row(1)]
    found = validate(write_rows(tmp_path, lines))
    assert [(r.line, r.kind, r.row) for r in found.rejects] == [(n, "broken_line", "") for n in range(2, 9)]
    assert [r.id for r in found.rows] == ["r0", "r1"] and found.counts["read"] == 9
    assert "rows.jsonl:2: " in found.rejects[0].text("rows.jsonl")


def test_a_line_that_is_no_text_is_a_broken_line(tmp_path):
    file = write_rows(tmp_path, [row(0)])
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes() + b'{"problem": "caf\xe9"}\r\n')
    assert [(r.line, r.kind) for r in validate(file).rejects] == [(2, "broken_line")]


def test_rows_that_are_too_long_need_the_name_of_a_defect_from_who_measures(tmp_path):
    from wethink_plugins.errors import WeThinkError

    def measured(row):
        if "(1)" in row.problem:
            raise WeThinkError("9 tokens", fix="shorten it", field="problem", defect="too_long")

    def unusable(row):
        raise WeThinkError("the template has no place for images")

    file = write_rows(tmp_path, [row(0), row(1), row(2)])
    assert [(r.row, r.kind) for r in validate(file, check=measured).rejects] == [("r1", "too_long")]
    with pytest.raises(WeThinkError, match="no place for images"):
        validate(file, check=unusable)


def test_reasoning_is_asked_for_in_fine_tuning_only(tmp_path):
    rows = [
        row(0, refined_cot=None),
        row(1, refined_cot="<think></think>"),
        row(2),
        row(3, refined_cot="", response="r"),
    ]
    file = write_rows(tmp_path, rows)
    assert [(r.row, r.kind) for r in validate(file, for_sft=True).rejects] == [
        ("r0", "missing_reasoning"),
        ("r1", "missing_reasoning"),
    ]
    assert not validate(file).rejects


def test_fine_tuning_asks_no_rule_and_no_judge(tmp_path):
    rows = [row(0, **DESCRIBED, reward="rule"), row(1, reward="model")]
    found = validate(write_rows(tmp_path, rows), for_sft=True)
    assert not found.rejects and "model_for_rule" not in found.counts["defects"]


def test_every_name_of_the_list_is_tested_here():
    alone = {"broken_line", "duplicate_id", "duplicate_row", "image_missing", "image_address", "too_long"}
    assert {*TEXTS, *KEPT, *PICTURES, *alone, "missing_reasoning"} == set(DEFECTS)


def test_observers_see_every_row_in_order_with_sizes(tmp_path):
    seen = []

    class Observer:
        def accepted(self, row, sizes):
            seen.append((row.id, sizes))

        def rejected(self, reject, record):
            seen.append((reject.kind, record.get("id")))

    rows = [
        row(0),
        "{",
        row(1, answer=""),
        row(2, image_path=["images/a.png", "images/b.png"]),
        row(3, image_path=None),
    ]
    validate(write_rows(tmp_path, rows), observers=[Observer()])
    size = (28, 28)
    expected = [("r0", (size,)), ("broken_line", None), ("missing_field", "r1"), ("r2", (size, size)), ("r3", ())]
    assert seen == expected


def test_values_are_counted_as_met_whether_known_or_not(tmp_path):
    rows = [row(0), row(1, category="Blank", abilities="OCR; maths"), row(2, category="vqa", reward=None, answer="x")]
    found = validate(write_rows(tmp_path, rows))
    met = {(one.field, one.value): (one.rows, one.meaning) for one in found.values}
    assert met["category", "fill_in_blank"] == (1, "fill_in_blank") and met["category", "Blank"] == (1, "fill_in_blank")
    assert (
        met["category", "vqa"] == (1, "") and met["reward", ""] == (1, "auto") and met["abilities", "maths"] == (3, "")
    )
    (line,) = [one.yaml for one in found.values if one.value == "vqa"]
    assert line == 'aliases: {question_type: {"vqa": fill_in_blank}}'
    assert validate(write_rows(tmp_path, rows), config=_yaml(tmp_path, line)).counts["rejected"] == 0


def _yaml(folder, text):
    (folder / "w.yaml").write_text(text)
    return folder / "w.yaml"


def test_rejects_are_written_with_their_names(tmp_path):
    from wethink_plugins.datasets.rejects import write_rejects

    found = validate(write_rows(tmp_path, [row(0), "{", row(1, answer="")]))
    lines = write_rejects(tmp_path / "r.jsonl", found.rejects).read_text().splitlines()
    assert [json.loads(line)["kind"] for line in lines] == ["broken_line", "missing_field"]
