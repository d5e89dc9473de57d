"""No picture on both sides, whatever connects rows; the shares kept; the same rows whatever their order."""

import os
import random
import shutil
from collections import Counter
from pathlib import Path

import pytest
from PIL import Image

from tests.datasets.builders import row
from wethink_plugins.datasets.same_files import same_files
from wethink_plugins.datasets.split import split_by_image
from wethink_plugins.errors import WeThinkError
from wethink_plugins.rows import Row


def _picture(folder, name, number):
    file = folder / name
    Image.new("RGB", (8, 8), (number % 256, number // 256, 7)).save(file)
    return str(file)


def rows_with(files, **fields):
    """A row for each entry: the files that it shows."""
    made = []
    for i, shown in enumerate(files):
        one = row(i, image_path=[os.path.basename(file) for file in shown], **{k: v[i] for k, v in fields.items()})
        made.append(Row.read(one).model_copy(update={"image_files": tuple(shown)}))
    return made


def ids(side):
    return {one.id for one in side}


@pytest.fixture
def pictures(tmp_path):
    return [_picture(tmp_path, f"{i}.png", i) for i in range(300)]


def test_a_picture_under_two_names_is_on_one_side(tmp_path, pictures):
    copies = [str(shutil.copy(file, tmp_path / f"copy-{i}.png")) for i, file in enumerate(pictures)]
    rows = rows_with([[file] for pair in zip(pictures, copies, strict=True) for file in pair])
    split = split_by_image(rows, share=0.25)
    val = ids(split.val)
    assert all((f"r{i}" in val) == (f"r{i + 1}" in val) for i in range(0, 600, 2))
    assert len(split.val) == 150 and len(split.train) == 450
    figures = split.figures
    assert figures["images"] == {"train": 225, "val": 75, "both": 0} and figures["same_image_elsewhere"] == 300
    assert figures["groups"] == 300 and figures["largest_group"] == 2 and figures["rows"] == {"train": 450, "val": 150}


def test_rows_that_others_connect_stay_together(pictures):
    """A chain: each row shares a picture with the next; and pictures that are on rows of their own."""
    chain = [[pictures[i], pictures[i + 1]] for i in range(20)]
    rows = rows_with(chain + [[file] for file in pictures[100:200]])
    for seed in range(5):
        split = split_by_image(rows, count=30, seed=seed)
        assert len({f"r{i}" in ids(split.val) for i in range(20)}) == 1 and len(split.val) == 30
        assert split.figures["largest_group"] == 20 and split.figures["images"]["both"] == 0


def test_no_picture_on_both_sides_of_any_graph(tmp_path, pictures):
    dice = random.Random(3)
    copies = [str(shutil.copy(pictures[i], tmp_path / f"copy-{i}.png")) for i in range(0, 300, 3)]
    rows = rows_with([dice.sample(pictures + copies, dice.choice((0, 1, 1, 1, 1, 2))) for _ in range(500)])
    split = split_by_image(rows, share=0.1)
    shown = [{Path(file).read_bytes() for one in side for file in one.image_files} for side in (split.train, split.val)]
    assert not shown[0] & shown[1] and len(split.val) == split.figures["rows"]["val"] > 0
    assert ids(split.train) | ids(split.val) == ids(rows) and not ids(split.train) & ids(split.val)


def test_shares_of_types_and_sources_are_kept(pictures):
    kinds = [("fill_in_blank", "coco")] * 200 + [("multiple_choice", "coco")] * 60 + [("multiple_choice", "chart")] * 40
    rows = rows_with(
        [[file] for file in pictures], category=[k for k, _ in kinds], source=[s for _, s in kinds],
        options=[["3", "4"]] * 300,
    )  # fmt: skip
    split = split_by_image(rows, share=0.1)
    assert Counter((one.question_type, one.source) for one in split.val) == {kinds[0]: 20, kinds[200]: 6, kinds[260]: 4}
    assert [s["wanted"] for s in split.figures["strata"]] == [s["val"] for s in split.figures["strata"]] == [20, 4, 6]


def test_the_order_of_the_rows_does_not_matter_and_another_seed_does(pictures):
    rows = rows_with([[file] for file in pictures])
    first = split_by_image(rows, share=0.1)
    mixed = random.Random(1).sample(rows, len(rows))
    again = split_by_image(mixed, share=0.1)
    assert ids(first.val) == ids(again.val) != ids(split_by_image(rows, share=0.1, seed=1).val)
    assert first.figures == again.figures
    assert [one.id for one in again.val] == [one.id for one in mixed if one.id in ids(first.val)]


def test_each_side_is_a_sequence_that_says_where_its_rows_are(pictures):
    split = split_by_image(rows_with([[file] for file in pictures]), count=7)
    assert list(split.val) == list(split.val[:]) == [split.val[i] for i in range(7)]
    assert {one.split for one in split.val} == {"val"} and split.train[-1].split == "train"


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"share": 0}, "0 is no share"),
        ({"share": 2}, "2 is no share"),
        ({"count": 5}, "5 of 5 rows"),
        ({"count": 0}, "0 of 5 rows"),
        ({}, "either a share or a number"),
        ({"count": 1}, "no group of rows"),
    ],
)
def test_what_cannot_be_done_is_said(pictures, asked, says):
    with pytest.raises(WeThinkError, match=says):
        split_by_image(rows_with([[pictures[0]]] * 5), **asked)


def test_a_row_that_names_its_split_is_not_moved(pictures):
    rows = rows_with([[file] for file in pictures])
    rows[3] = rows[3].model_copy(update={"split": "test"})
    with pytest.raises(WeThinkError, match="row r3: split: names its split already: test"):
        split_by_image(rows, share=0.1)


def test_files_are_told_apart_behind_an_equal_beginning(tmp_path):
    texts = {"a": b"x" * 9000, "b": b"x" * 8999 + b"y", "c": b"x" * 9000, "d": b"x" * 8999, "e": b"", "f": b""}
    for name, text in texts.items():
        (tmp_path / name).write_bytes(text)
    assert list(same_files([str(tmp_path / name) for name in texts])) == [0, 1, 0, 3, 4, 4]
    with pytest.raises(WeThinkError, match="can't be read"):
        same_files([str(tmp_path / "none")])
