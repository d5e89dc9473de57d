"""Pictures are opened ahead of the rows that show them: once each, quietly, and no longer than they matter."""

import threading
import warnings

import PIL.Image
import pytest
from PIL import Image

from tests.datasets.builders import row, write_rows
from wethink_plugins.datasets.validate import validate
from wethink_plugins.errors import JudgeRequired


@pytest.fixture
def opened(monkeypatch):
    """The names of the files that Pillow opens, and the threads that do it."""
    names, whole = [], PIL.Image.open

    def noted(file, *words, **named):
        names.append((file.name, threading.current_thread().name))
        return whole(file, *words, **named)

    monkeypatch.setattr(PIL.Image, "open", noted)
    return names


def test_each_file_is_opened_once_however_many_rows_show_it(tmp_path, opened):
    file = write_rows(tmp_path, [row(i, image_path=["images/a.png", "images/b.png"]) for i in range(300)])
    assert validate(file).counts["accepted"] == 300
    assert sorted(name for name, _ in opened) == ["a.png", "b.png"]


def test_every_row_gets_its_own_verdict_in_its_own_place(tmp_path):
    rows = [row(i, image_path=f"images/{i}.png") for i in range(200)]
    file = write_rows(tmp_path, rows)
    for i in range(0, 200, 3):
        Image.new("L", (8, 8)).save(tmp_path / "images" / f"{i}.png")
    found = validate(file)
    assert [r.id for r in found.rows] == [f"r{i}" for i in range(200) if i % 3 == 0]
    assert [(r.row, r.line) for r in found.rejects] == [(f"r{i}", i + 1) for i in range(200) if i % 3]


def test_a_warning_is_no_fault_and_the_filters_are_as_before(tmp_path, monkeypatch):
    monkeypatch.setattr(PIL.Image, "MAX_IMAGE_PIXELS", 500)  # a picture of 784 pixels now makes Pillow warn
    file = write_rows(tmp_path, [row(0), row(1, image_path="images/b.png")])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        before = list(warnings.filters)
        assert not validate(file).rejects
        assert warnings.filters == before


def test_where_a_judge_is_missing_the_other_pictures_are_not_waited_for(tmp_path, opened):
    rows = [row(0, reward="model"), *(row(i, image_path=f"images/{i}.png") for i in range(1, 2000))]
    file = write_rows(tmp_path, rows)
    for i in range(1, 2000):
        (tmp_path / "images" / f"{i}.png").hardlink_to(tmp_path / "images/a.png")

    def check(row):
        assert row.id == "r0", "a look into pictures that nobody opened"

    with pytest.raises(JudgeRequired, match="row r0: reward: 1 of 2000 rows need a judge"):
        validate(file, check=check)
    assert len(opened) < 200


def test_no_thread_is_left(tmp_path):
    validate(write_rows(tmp_path, [row(i) for i in range(5)]))
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("wethink-images")]
