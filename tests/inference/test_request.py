import json

import pytest

from tests.datasets.builders import row, write_rows
from wethink_plugins.datasets.exporters import easyr1, trl, verl
from wethink_plugins.datasets.validate import validate
from wethink_plugins.errors import WeThinkError
from wethink_plugins.inference.chat import turns
from wethink_plugins.inference.pictures import BadPicture, data_url, opened
from wethink_plugins.inference.request import digest, read_requests


def part(picture):
    return {"type": "image", "image": picture.rpartition("/")[2] if isinstance(picture, str) else len(picture)}


def content(request):
    system, user = turns(request, "PROMPT", part)
    assert system == {"role": "system", "content": "PROMPT"}
    return [one.get("text", one.get("image")) for one in user["content"]]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, ["a.png", "How many shapes are there?"]),
        ({"image_path": None}, ["How many shapes are there?"]),
        ({"image_path": ["images/a.png", "images/b.png"]}, ["a.png", "b.png", "How many shapes are there?"]),
        ({"problem": "<image>How many?"}, ["a.png", "How many?"]),
        ({"problem": "How many?\n<image>"}, ["a.png", "How many?"]),
        (
            {"problem": "Is <image> like <image>?", "image_path": ["images/a.png", "images/b.png"]},
            ["Is ", "a.png", " like ", "b.png", "?"],
        ),
        ({"problem": "Which?", "options": ["red", "blue"]}, ["a.png", "Which?\nA. red\nB. blue"]),
        ({"problem": "Which?\nA. red\nB. blue", "options": ["red", "blue"]}, ["a.png", "Which?\nA. red\nB. blue"]),
        ({"problem": None, "question": "Who?"}, ["a.png", "Who?"]),
        ({"answer": None, "category": None}, ["a.png", "How many shapes are there?"]),
    ],
)
def test_what_the_model_is_shown(tmp_path, fields, expected):
    (request,) = read_requests(write_rows(tmp_path, [row(**fields)]))
    assert content(request) == expected


BAD = [
    ([row(problem="")], ["rows.jsonl:1", "row r0", "problem"]),
    ([row(problem=None)], ["rows.jsonl:1", "row r0", "problem"]),
    ([row(), row(1, image_path="images/none.png")], ["rows.jsonl:2", "row r1", "no such image", "--images"]),
    ([row(problem="<image><image> How many?")], ["row r0", "2 <image> for 1 image"]),
    ([row(), row()], ["rows.jsonl:2", "row r0", "two rows have this id"]),
    ([row(options=5)], ["row r0", "options"]),
    ([], ["holds no rows"]),
    (["{"], ["rows.jsonl:1", "not valid JSON"]),
]


@pytest.mark.parametrize(("rows", "says"), BAD)
def test_what_cannot_be_asked_is_named(tmp_path, rows, says):
    with pytest.raises(WeThinkError) as error:
        read_requests(write_rows(tmp_path, rows))
    assert all(part in str(error.value) for part in says)


@pytest.mark.parametrize(
    "export",
    [
        lambda rows: easyr1.table(rows), lambda rows: easyr1.table(rows, embed=True), lambda rows: verl.table(rows, "PROMPT"),
        lambda rows: trl.table(rows, "PROMPT"), lambda rows: trl.table(rows, "PROMPT", embed=False),
    ],
)  # fmt: skip
def test_an_export_asks_what_its_rows_ask(tmp_path, export):
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = write_rows(
        tmp_path, [row(0), row(1, category="multiple_choice", problem="Which?", options=["x", "y"], answer="B")]
    )
    rows = validate(file).rows
    table = export(rows)
    records = [table.record(one, place) for place, one in enumerate(rows)]
    pq.write_table(pa.Table.from_pylist(records, schema=table.schema()), tmp_path / "e.parquet")
    plain, exported = read_requests(file), read_requests(tmp_path / "e.parquet")
    assert [r.question for r in exported] == [r.question for r in plain]
    for name in ("gold", "question_type", "options", "reward_method"):
        assert [r.kept[name] for r in exported] == [r.kept[name] for r in plain], name
    assert all(opened(r.images[0]).size == (28, 28) for r in exported)
    if "trl" not in str(export):
        assert [r.id for r in exported] == [r.id for r in plain]


def test_the_digest_changes_with_what_is_asked_and_not_with_the_order_of_keys(tmp_path):
    one = row(0)
    same = dict(reversed(one.items()))
    files = [
        write_rows(tmp_path, [made], f"{i}.jsonl") for i, made in enumerate([one, same, {**one, "problem": "Who?"}])
    ]
    first, second, other = (digest(read_requests(file)) for file in files)
    assert first == second != other


def test_rows_without_an_id_are_told_apart(tmp_path):
    requests = read_requests(write_rows(tmp_path, [row(id=None), row(id=None)]))
    assert len({request.id for request in requests}) == 2


def test_pictures_are_sent_as_they_are_and_odd_kinds_as_png(tmp_path):
    from PIL import Image

    write_rows(tmp_path, [row()])
    png = tmp_path / "images" / "a.png"
    Image.new("RGB", (30, 30)).save(tmp_path / "x.bmp")
    import base64

    assert base64.b64decode(data_url(str(png)).partition(",")[2]) == png.read_bytes()
    assert data_url(str(tmp_path / "x.bmp")).startswith("data:image/png")


@pytest.mark.parametrize("damage", ["cut", "text", "gone", "empty"])
def test_a_broken_picture_says_which_and_why(tmp_path, damage):
    write_rows(tmp_path, [row()])
    file = tmp_path / "images" / "a.png"
    data = file.read_bytes()
    file.unlink() if damage == "gone" else file.write_bytes({"cut": data[:60], "text": b"hello", "empty": b""}[damage])
    for read in (opened, data_url):
        with pytest.raises(BadPicture, match=r"a\.png can't be used"):
            read(str(file))


def test_json_and_limits(tmp_path):
    file = write_rows(tmp_path, [row(i) for i in range(5)])
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    (tmp_path / "rows.json").write_text(json.dumps(rows))
    assert [r.id for r in read_requests(tmp_path / "rows.json", limit=2)] == ["r0", "r1"]
