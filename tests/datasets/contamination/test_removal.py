import json

import pytest

from tests.datasets.builders import row, write_rows
from wethink_plugins.datasets.contamination.removal import removable, without
from wethink_plugins.datasets.records import read_records
from wethink_plugins.errors import WeThinkError
from wethink_plugins.rows import row_id


@pytest.mark.parametrize("suffix", ["txt", "jsonl"])
def test_listed_rows_are_left_out_with_and_without_an_id_of_their_own(tmp_path, suffix):
    nameless = row(1, id=None)
    file = write_rows(tmp_path, [row(0), nameless, row(2), row(3, id="ü 3")])
    names = [row_id(nameless), "ü 3", "elsewhere"]
    text = "\n".join(names) if suffix == "txt" else "\n".join(json.dumps({"row": name}) for name in names)
    (tmp_path / f"remove.{suffix}").write_text(text + "\n\n", encoding="utf-8")
    left = list(without(read_records(file), tmp_path / f"remove.{suffix}"))
    assert [(line, record["id"]) for line, record in left] == [(1, "r0"), (3, "r2")]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.jsonl", b"r0\n"),
        ("b.jsonl", b"{}"),
        ("c.txt", b"\xff"),
        ("d.txt", None),
        ("e.jsonl", b'{"row": null}\n'),
        ("f.jsonl", b'{"row": [1]}\n'),
        ("g.csv", b"id,kind\nr0,image\n"),
        ("h.parquet", b"PAR1"),
    ],
)
def test_a_list_that_is_none_is_an_error_with_its_name(tmp_path, name, data):
    if data is not None:
        (tmp_path / name).write_bytes(data)
    with pytest.raises(WeThinkError, match=name):
        removable(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("mark.txt", b"\xef\xbb\xbfr0\r\n r2 \r\nr2\n\n"),
        ("mark.jsonl", b'\xef\xbb\xbf{"row": "r0"}\r\n{"row": "r2", "line": 3}\n{"row": "r2"}\n'),
    ],
)
def test_a_list_that_an_editor_saved_names_the_same_rows(tmp_path, name, data):
    (tmp_path / name).write_bytes(data)
    assert removable(tmp_path / name) == {"r0", "r2"}


def test_numbers_are_the_ids_that_they_print(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"row": 7}\n')
    assert removable(tmp_path / "a.jsonl") == {"7"}


def test_a_line_break_that_only_unicode_knows_is_part_of_an_id(tmp_path):
    (tmp_path / "a.txt").write_text("a\u2028b\n", encoding="utf-8")
    assert removable(tmp_path / "a.txt") == {"a\u2028b"}
