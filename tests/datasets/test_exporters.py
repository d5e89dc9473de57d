import json
from io import BytesIO

import pyarrow.parquet as pq
import pytest
from PIL import Image

from tests.datasets.builders import JUDGED, row, write_rows
from wethink_plugins.datasets.exporters import export, output_file
from wethink_plugins.datasets.exporters.easyr1 import record_of as easyr1_record
from wethink_plugins.datasets.exporters.trl import trl_rows
from wethink_plugins.datasets.manifest import file_sha256
from wethink_plugins.datasets.validate import validate
from wethink_plugins.errors import WeThinkError
from wethink_plugins.prompts import system_prompt

CHOICE = {"category": "multiple_choice", "problem": "Which?\nA. red\nB. blue", "answer": "B"}
ROWS = [
    row(0, problem="<image>How many shapes are there?", family="count"),
    row(1, **CHOICE),
    row(2, category="descriptive", reward="model", answer="three circles", image_path=["images/a.png", "images/b.png"]),
    row(3, image_path=None, response="<think>half\n<answer>3"),
    row(4, problem="Which?", category="multiple_choice", options=["red", "blue"], answer="blue"),
]


def valid(folder, rows=ROWS, name="train.jsonl", **settings):
    return validate(write_rows(folder, rows, name), config=JUDGED, **settings)


def test_llamafactory_gets_one_placeholder_an_image_and_the_system_prompt(tmp_path):
    file = export("llamafactory", valid(tmp_path), tmp_path / "out")
    records = json.loads(file.read_text(encoding="utf-8"))
    human = [record["conversations"][0]["value"] for record in records]
    assert human[:2] == ["<image>How many shapes are there?", "<image>Which?\nA. red\nB. blue"]
    assert human[4] == "<image>Which?\nA. red\nB. blue"
    assert [text.count("<image>") for text in human] == [len(r["images"]) for r in records] == [1, 1, 2, 0, 1]
    assert {record["system"] for record in records} == {system_prompt()}
    assert records[1]["conversations"][1]["value"] == "<think>I see three circles.</think>\n<answer>B</answer>"
    assert records[3]["conversations"][1]["value"] == "<think>half\n<answer>3"
    assert records[0]["images"] == [str(tmp_path / "images/a.png")]
    assert not file.read_bytes().startswith(b"\xef\xbb\xbf")


def test_llamafactory_dataset_info_names_columns_and_keeps_other_datasets(tmp_path):
    export("llamafactory", valid(tmp_path), tmp_path / "out")
    export("llamafactory", valid(tmp_path), tmp_path / "out", name="second")
    info = json.loads((tmp_path / "out/dataset_info.json").read_text())
    assert list(info) == ["train", "second"]
    assert info["second"]["file_name"] == "second.json" and info["second"]["formatting"] == "sharegpt"
    assert info["train"]["columns"] == {"messages": "conversations", "system": "system", "images": "images"}
    assert info["train"]["tags"]["user_tag"] == "human"


def test_llamafactory_gets_no_image_column_without_any_image(tmp_path):
    file = export("llamafactory", valid(tmp_path, [row(0, image_path=None)]), tmp_path / "out")
    assert "images" not in json.loads(file.read_text())[0]
    assert "images" not in json.loads((tmp_path / "out/dataset_info.json").read_text())["train"]["columns"]


def test_llamafactory_never_gets_an_empty_turn(tmp_path):
    with pytest.raises(WeThinkError, match="row r0: refined_cot"):
        export("llamafactory", valid(tmp_path, [row(0, refined_cot="")]), tmp_path / "out")
    assert not (tmp_path / "out/train.json").exists() and not (tmp_path / "out/dataset_info.json").exists()


@pytest.mark.parametrize("content", ["[1]", "{"])
def test_a_broken_dataset_info_is_not_overwritten(tmp_path, content):
    (tmp_path / "dataset_info.json").write_text(content)
    with pytest.raises(WeThinkError, match=r"dataset_info\.json"):
        export("llamafactory", valid(tmp_path), tmp_path)
    assert (tmp_path / "dataset_info.json").read_text() == content and not (tmp_path / "train.json").exists()


def test_verl_gets_system_turn_images_and_what_the_reward_needs(tmp_path):
    file = export("verl", valid(tmp_path), tmp_path / "train.parquet")
    records = pq.read_table(file).to_pylist()
    assert [r["data_source"] for r in records[:3]] == [
        "wethink/count",
        "wethink/multiple_choice",
        "wethink/descriptive",
    ]
    assert [turn["role"] for turn in records[0]["prompt"]] == ["system", "user"]
    assert records[0]["prompt"][0]["content"] == system_prompt()
    assert [r["prompt"][1]["content"].count("<image>") for r in records] == [len(r["images"]) for r in records]
    assert [r["reward_model"]["style"] for r in records] == ["rule", "rule", "model", "rule", "rule"]
    assert records[1]["reward_model"]["ground_truth"] == "B"
    assert records[1]["extra_info"] == {
        "index": 1,
        "id": "r1",
        "question": "Which?\nA. red\nB. blue",
        "question_type": "multiple_choice",
        "reward_method": "rule",
        "split": "train",
        "abilities": "recognition,maths",
        "source": "images",
        "options": ["red", "blue"],
    }
    picture = records[2]["images"][1]
    assert picture["path"] == "images/b.png"
    assert Image.open(BytesIO(picture["bytes"])).getpixel((0, 0)) == (0, 0, 255)


def test_verl_columns_do_not_depend_on_the_rows(tmp_path):
    one = export("verl", valid(tmp_path), tmp_path / "a.parquet")
    other = export("verl", valid(tmp_path, [row(0, image_path=None)]), tmp_path / "b.parquet")
    assert pq.read_schema(one) == pq.read_schema(other)


@pytest.mark.parametrize(
    ("name", "fields", "given", "expected"),
    [
        ("train.jsonl", {}, None, "train"),
        ("val.jsonl", {}, None, "val"),
        ("validation.jsonl", {}, None, "val"),
        ("wethink_120k.jsonl", {}, None, "train"),
        ("rows.jsonl", {}, "test", "test"),
        ("rows.jsonl", {"split": "val"}, "train", "val"),
    ],
)
def test_the_split_comes_from_row_option_or_file_name(tmp_path, name, fields, given, expected):
    file = export("verl", valid(tmp_path, [row(0, **fields)], name), tmp_path / "out.parquet", split=given)
    assert pq.read_table(file).to_pylist()[0]["extra_info"]["split"] == expected


@pytest.mark.parametrize(
    ("host", "out"),
    [("llamafactory", "out"), ("verl", "out/a.parquet"), ("trl", "out/a.parquet"), ("easyr1", "out/a.parquet")],
)
def test_the_same_rows_give_the_same_bytes_and_a_manifest(tmp_path, host, out):
    rows = [row(i) for i in range(300)]  # more than a row group
    files = [export(host, valid(tmp_path, rows), tmp_path / run / out) for run in ("one", "two")]
    assert files[0].read_bytes() == files[1].read_bytes()
    manifests = [file.with_suffix(".manifest.json").read_text() for file in files]
    assert manifests[0] == manifests[1] and str(tmp_path) not in manifests[0]
    manifest = json.loads(manifests[0])
    assert manifest["source"] == {"file": "train.jsonl", "sha256": file_sha256(tmp_path / "train.jsonl")}
    assert manifest["counts"]["accepted"] == 300 and manifest["settings"]["prompt"] == "wethink"
    assert not list(tmp_path.rglob("*.part"))


def test_easyr1_gets_an_envelope_and_a_list_of_image_paths(tmp_path):
    file = export("easyr1", valid(tmp_path), tmp_path / "train.parquet")
    records = pq.read_table(file).to_pylist()
    assert [r["prompt"].count("<image>") for r in records] == [len(r["images"]) for r in records] == [1, 1, 2, 0, 1]
    assert records[2]["images"] == [str(tmp_path / "images/a.png"), str(tmp_path / "images/b.png")]
    assert json.loads(records[1]["answer"]) == {
        "answer": "B",
        "v": 1,
        "id": "r1",
        "question": "Which?\nA. red\nB. blue",
        "type": "multiple_choice",
        "method": "rule",
        "options": ["red", "blue"],
        "meta": {
            "split": "train",
            "source": "images",
            "category": "multiple_choice",
            "abilities": ["recognition", "maths"],
        },
    }


def test_easyr1_gets_no_list_but_the_images_and_no_column_of_its_own(tmp_path):
    """Lists of one length become a matrix there; these names are overwritten."""
    form = pq.read_schema(export("easyr1", valid(tmp_path), tmp_path / "train.parquet"))
    assert {field.name: str(field.type) for field in form} == {
        "prompt": "string", "answer": "string", "id": "string", "images": "list<element: string>",
    }  # fmt: skip
    text_only = export("easyr1", valid(tmp_path, [row(0, image_path=None)]), tmp_path / "text.parquet")
    assert "images" not in pq.read_schema(text_only).names


def test_easyr1_is_never_given_more_placeholders_than_images(tmp_path):
    broken = valid(tmp_path).rows[0].model_copy(update={"problem": "Is <image> a tag?"})
    with pytest.raises(WeThinkError, match="row r0: problem: 2 <image> for 1 image"):
        easyr1_record(broken)


def test_trl_rows_have_the_columns_of_the_reward(tmp_path):
    rows = valid(tmp_path, [row(0), row(1, **CHOICE, split="val"), row(2, image_path=None)]).rows
    records = list(trl_rows(rows))
    assert [r["image"] for r in records] == [str(tmp_path / "images/a.png")] * 2 + [None]
    assert records[1] == {
        "prompt": [
            {"role": "system", "content": system_prompt()},
            {"role": "user", "content": "Which?\nA. red\nB. blue"},
        ],
        "answer": "B",
        "question_type": "multiple_choice",
        "options": ["red", "blue"],
        "reward_method": "rule",
        "row_id": "r1",
        "split": "val",
        "image": str(tmp_path / "images/a.png"),
    }
    assert next(trl_rows(rows, open_images=True))["image"].getpixel((0, 0)) == (255, 0, 0)


def test_trl_rows_have_a_list_of_images_when_a_row_has_several(tmp_path):
    assert [len(r["images"]) for r in trl_rows(valid(tmp_path).rows)] == [1, 1, 2, 0, 1]


@pytest.mark.parametrize("rows", [ROWS, ROWS[:2]])
def test_trl_parquet_tells_the_datasets_package_of_its_images(tmp_path, rows):
    file = export("trl", valid(tmp_path, rows), tmp_path / "a.parquet")
    features = json.loads(pq.read_schema(file).metadata[b"huggingface"])["info"]["features"]
    assert list(features) == pq.read_schema(file).names
    assert "_type" in str(features.get("image") or features["images"]["feature"])


@pytest.mark.parametrize(
    ("host", "out", "name"),
    [
        ("verl", "a.json", None),
        ("nemo", "a", None),
        ("verl", "train.parquet", None),
        ("llamafactory", ".", "dataset_info"),
        ("verl", ".", None),
        ("verl", "/", None),
        ("trl", "folder.parquet", None),
        ("easyr1", "a@b.parquet", None),
        ("easyr1", "a.json", None),
        ("llamafactory", ".", "a,b"),
        ("llamafactory", ".", "../a"),
        ("llamafactory", ".", "a\\b"),
    ],
)
def test_an_output_that_would_do_harm_is_refused(tmp_path, host, out, name):
    (tmp_path / "folder.parquet").mkdir()
    with pytest.raises(WeThinkError):
        output_file(host, tmp_path / "train.parquet", tmp_path / out, name)


@pytest.mark.parametrize("source", ["a.parquet", "a.rejects.jsonl", "a.manifest.json"])
def test_the_source_is_never_overwritten(tmp_path, source):
    with pytest.raises(WeThinkError, match="the input"):
        output_file("verl", tmp_path / source, tmp_path / "a.parquet")


def test_nothing_is_exported_from_no_rows(tmp_path):
    with pytest.raises(WeThinkError, match="no row is left"):
        export("verl", valid(tmp_path, [row(0, answer=None)]), tmp_path / "a.parquet")
    assert not (tmp_path / "a.parquet").exists()


@pytest.mark.parametrize("host", ["verl", "trl"])
def test_a_picture_that_went_away_after_the_check_is_blamed_and_not_the_output(tmp_path, host):
    found = valid(tmp_path)
    (tmp_path / "images" / "a.png").unlink()
    with pytest.raises(WeThinkError, match=r"row r0: image_path: .*a\.png could be read when rows were checked"):
        export(host, found, tmp_path / "out" / "a.parquet")
    assert not list((tmp_path / "out").iterdir())
