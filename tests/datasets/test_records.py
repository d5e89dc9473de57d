import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.datasets.builders import row
from wethink_plugins.datasets.records import read_records
from wethink_plugins.errors import WeThinkError

ROWS = [row(0), row(1, problem="Größe?")]


def test_the_three_kinds_of_file_give_the_same_rows(tmp_path):
    (tmp_path / "rows.json").write_text(json.dumps(ROWS), encoding="utf-8")
    (tmp_path / "rows.jsonl").write_text("\ufeff" + "\n\n".join(map(json.dumps, ROWS)), encoding="utf-8")
    pq.write_table(pa.Table.from_pylist(ROWS), tmp_path / "rows.parquet")
    for name, numbers in (("rows.json", [1, 2]), ("rows.jsonl", [1, 3]), ("rows.parquet", [1, 2])):
        assert list(read_records(tmp_path / name)) == list(zip(numbers, ROWS, strict=True))


@pytest.mark.parametrize(
    ("name", "content", "place", "message"),
    [
        ("a.jsonl", b'{"id": 1}\n{"id": 2, "problem": "ab', "a.jsonl:2: ", "not valid JSON"),
        ("a.jsonl", b'{"id": 1}\n[1]\n', "a.jsonl:2: ", "not an object"),
        ("a.jsonl", b'{"id": NaN}\n', "a.jsonl:1: ", "NaN"),
        ("a.jsonl", b'{"id": "\xff"}\n', "a.jsonl:1: ", "not UTF-8"),
        ("a.jsonl", b"[" * 100_000, "a.jsonl:1: ", "not valid JSON"),
        ("a.json", b'{"id": 1}', "a.json: ", "not a list"),
        ("a.json", b'[{"id": 1}, 2]', "a.json:2: ", "not an object"),
        ("a.parquet", b"no parquet", "a.parquet: ", "parquet"),
        ("a.csv", b"id\n1\n", "a.csv: ", "no loader for .csv"),
        ("rows", b"", "rows: ", "without suffix"),
    ],
)
def test_says_which_line_of_which_file_it_cannot_read(tmp_path, name, content, place, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(WeThinkError) as caught:
        list(read_records(tmp_path / name))
    assert place in str(caught.value) and message in str(caught.value) and caught.value.fix


def test_says_that_there_is_no_file(tmp_path):
    with pytest.raises(WeThinkError, match="no such file"):
        list(read_records(tmp_path / "a.jsonl"))


@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.parquet"])
def test_says_that_it_may_not_read_the_file(tmp_path, monkeypatch, name):
    (tmp_path / name).write_text("")

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.open", refuse)
    monkeypatch.setattr("pathlib.Path.read_bytes", refuse)
    monkeypatch.setattr("pyarrow.parquet.ParquetFile", refuse)
    with pytest.raises(WeThinkError, match="Permission denied"):
        list(read_records(tmp_path / name))
