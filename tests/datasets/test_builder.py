"""What can be said without the `datasets` package; with it, tests/hosts/test_exports.py."""

import subprocess
import sys

import pytest

from tests.datasets.builders import row, write_rows
from wethink_plugins import datasets
from wethink_plugins.errors import WeThinkError


def test_importing_it_imports_no_validation():
    code = "import sys, wethink_plugins.datasets as d; print([m for m in sys.modules if 'validate' in m or 'pyarrow' in m])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


def test_without_the_package_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(WeThinkError, match="pip install datasets"):
        datasets.load("wethink", write_rows(tmp_path, [row()]))


def test_which_file_of_a_folder_is_meant(tmp_path):
    from wethink_plugins.datasets.builder import _file_of

    with pytest.raises(WeThinkError, match="none with"):
        _file_of(tmp_path, None)
    for name in ("train.jsonl", "val.parquet", "notes.txt"):
        (tmp_path / name).write_text("")
    assert _file_of(tmp_path, "val").name == "val.parquet" and _file_of(tmp_path / "x", None).name == "x"
    with pytest.raises(WeThinkError, match=r"train\.jsonl, val\.parquet"):
        _file_of(tmp_path, None)


def test_rows_are_pickled_as_what_they_were_read_from(tmp_path):
    import pickle

    from wethink_plugins.datasets.builder import _Rows

    file = write_rows(tmp_path, [row(i, split="val" if i % 2 else None) for i in range(6)])
    rows = _Rows(str(file), None, "val", None, False, False, False)
    assert [one["id"] for one in rows.all()] == ["r1", "r3", "r5"]
    data = pickle.dumps(rows.some)
    assert len(data) < 2000 and [one["id"] for one in pickle.loads(data)([(1, 3)])] == ["r3", "r5"]
    file.write_text(file.read_text() + "\n")
    assert pickle.dumps(rows.some) != data, "what is kept of an earlier file must not be found"


def test_another_name_is_a_registered_reader(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "datasets", sys)
    with pytest.raises(WeThinkError, match="no dataset is registered as 'csv'"):
        datasets.load("csv", write_rows(tmp_path, [row()]))
    with pytest.raises(WeThinkError, match=r"rows\.jsonl: is no \.json file"):
        datasets.load("json", write_rows(tmp_path, [row()]))
