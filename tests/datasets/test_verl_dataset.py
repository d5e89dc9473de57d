"""What can be said without verl; the class itself is run inside real verl in tests/hosts."""

import sys

import pyarrow.parquet as pq
import pytest

from tests.datasets.builders import JUDGED, row, write_rows
from wethink_plugins.datasets import verl_dataset
from wethink_plugins.datasets.exporters import export
from wethink_plugins.datasets.validate import validate
from wethink_plugins.errors import WeThinkError


def test_gives_the_rows_of_the_exporter(tmp_path):
    rows = [row(0), row(1, image_path=["images/a.png", "images/b.png"]), row(2, image_path=None)]
    file = write_rows(tmp_path, rows, "val.jsonl")
    exported = pq.read_table(export("verl", validate(file), tmp_path / "val.parquet")).to_pylist()
    records = list(verl_dataset.records_of(file, {}))
    assert [{**r, "images": verl_dataset.with_bytes(r["images"])} for r in records] == exported


def test_rejects_stop_it_unless_they_are_allowed(tmp_path):
    file = write_rows(tmp_path, [row(0), row(1, answer=None)])
    with pytest.raises(WeThinkError, match=r"1 of 2 rows are rejected.*row r1: answer"):
        list(verl_dataset.records_of(file, {}))
    assert len(list(verl_dataset.records_of(file, {"allow_rejects": True}))) == 1


def test_a_validation_file_is_marked_as_one(tmp_path):
    file = write_rows(tmp_path, [row(0)])
    assert next(verl_dataset.records_of(file, {}, "val"))["extra_info"]["split"] == "val"
    assert next(verl_dataset.records_of(file, {"split": "test"}, "val"))["extra_info"]["split"] == "test"


def test_options_stand_under_custom_cls():
    given = {"path": "pkg://x", "name": "WeThinkDataset", "images": "dir", "config": JUDGED}
    assert verl_dataset.options_of({"custom_cls": given}) == {"images": "dir", "config": JUDGED}
    assert verl_dataset.options_of({}) == {}
    with pytest.raises(WeThinkError, match=r"data\.custom_cls\.image: unknown key"):
        verl_dataset.options_of({"custom_cls": {"image": "dir"}})


def test_importing_it_imports_no_host():
    assert not {"verl", "torch", "ray"} & set(sys.modules)
    with pytest.raises(AttributeError):
        _ = verl_dataset.Nothing


def test_the_columns_are_numbered_through_all_files(tmp_path):
    file = write_rows(tmp_path, [row(i, image_path=None if i % 2 else "images/a.png") for i in range(1500)])
    records = (record for _ in range(2) for record in verl_dataset.records_of(file, {}))
    table = verl_dataset.table_of(records)
    assert [info["index"] for info in table.column("extra_info").to_pylist()] == list(range(3000))
    assert table.schema == verl_dataset.table_of(iter(())).schema
