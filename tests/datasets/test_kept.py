"""Rows on disk behave as the tuple that they stand for, and take no memory that grows with the file."""

import copy
import os
import pickle
import tracemalloc

import pytest

from tests.datasets.builders import JUDGED, row, write_rows
from wethink_plugins.datasets.exporters import export
from wethink_plugins.datasets.kept import KeptRows
from wethink_plugins.datasets.validate import validate
from wethink_plugins.errors import WeThinkError
from wethink_plugins.rows import Row

ROWS = [Row.read(row(i, refined_cot=f"ü {i}", family={"a": [i]}, source=None)) for i in range(5)]


@pytest.fixture
def kept():
    rows = KeptRows()
    for one in ROWS:
        rows.append(one)
    return rows


def test_it_is_the_sequence_that_was_put_in(kept):
    assert len(kept) == 5 and list(kept) == ROWS and bool(KeptRows()) is False
    assert kept[0] == ROWS[0] and kept[-1] == ROWS[-1] and kept[1:4] == tuple(ROWS[1:4]) and kept[::-2][0] == ROWS[4]
    assert ROWS[2] in kept and list(zip(kept, kept, strict=True))[3] == (ROWS[3], ROWS[3])
    with pytest.raises(IndexError):
        kept[5]


def test_rows_can_be_read_while_more_are_put_in(kept):
    assert kept[4] == ROWS[4]
    kept.append(ROWS[0])
    assert list(kept) == [*ROWS, ROWS[0]]


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda rows: pickle.loads(pickle.dumps(rows))])
def test_a_copy_is_a_tuple(kept, copied):
    assert copied(kept) == tuple(ROWS)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_forked_workers_do_not_move_each_other_s_place(kept):
    """They share the open file; each reads all rows many times over."""
    children = []
    for _ in range(3):
        if (child := os.fork()) == 0:
            os._exit(0 if all(list(kept) == ROWS for _ in range(200)) else 1)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0, 0]


def test_nothing_of_it_can_be_found_in_the_folder(tmp_path, monkeypatch):
    """So nothing is left behind, however the process ends."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    rows = KeptRows()
    rows.append(ROWS[0])
    assert rows[0] == ROWS[0] and list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a device that is always full")
def test_a_full_disk_is_one_line_that_names_the_folder(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.TemporaryFile", lambda **_: open("/dev/full", "w+b", buffering=0))  # noqa: SIM115
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(WeThinkError, match=r"No space left.*TMPDIR") as caught:
        KeptRows().append(ROWS[0])
    assert str(tmp_path) in str(caught.value)


def _peak(folder, host, count):
    """Bytes that Python held at most while so many long rows were validated and exported."""
    rows = [row(i, refined_cot="I look. " * 800, image_path=None) for i in range(count)]
    file = write_rows(folder, rows, f"{count}.jsonl")
    del rows
    tracemalloc.start()
    try:
        found = validate(file, config=JUDGED, for_sft=host == "llamafactory")
        export(host, found, folder / ("lf" if host == "llamafactory" else "a.parquet"))
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


PARQUET_TOO = [pytest.param(host, marks=pytest.mark.slow) for host in ("verl", "trl")]  # one writer has all three


@pytest.mark.parametrize("host", ["easyr1", "llamafactory", *PARQUET_TOO])
def test_memory_does_not_grow_with_the_rows(tmp_path, host):
    """1,000 rows more are 6.4 MB of reasoning more; no group of rows that is written at once is larger than 1,024."""
    few, many = _peak(tmp_path, host, 1100), _peak(tmp_path, host, 2100)
    assert many - few < 2e6, f"{few / 1e6:.1f} MB for 1,100 rows, {many / 1e6:.1f} MB for 2,100"


def test_memory_does_not_grow_with_rows_whose_spelling_nobody_knows(tmp_path):
    sizes = []
    for count in (200, 1200):
        rows = [row(i, category="vqa", refined_cot="I look. " * 800, image_path=None) for i in range(count)]
        file = write_rows(tmp_path, rows, f"{count}.jsonl")
        del rows
        tracemalloc.start()
        found = validate(file)
        sizes.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert found.unknown[0].rows == len(found.rejects) == count
    assert sizes[1] - sizes[0] < 2e6
