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
    records = verl_dataset.records_of(file, {})
    assert [{**r, "images": verl_dataset.with_bytes(r["images"])} for r in records] == exported


def test_rejects_stop_it_unless_they_are_allowed(tmp_path):
    file = write_rows(tmp_path, [row(0), row(1, answer=None)])
    with pytest.raises(WeThinkError, match=r"1 of 2 rows are rejected.*row r1: answer"):
        verl_dataset.records_of(file, {})
    assert len(verl_dataset.records_of(file, {"allow_rejects": True})) == 1


def test_a_validation_file_is_marked_as_one(tmp_path):
    file = write_rows(tmp_path, [row(0)])
    assert verl_dataset.records_of(file, {}, "val")[0]["extra_info"]["split"] == "val"
    assert verl_dataset.records_of(file, {"split": "test"}, "val")[0]["extra_info"]["split"] == "test"


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
