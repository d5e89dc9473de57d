import csv

import pytest

from tests.datasets.contamination.pictures import write_tsv
from wethink_plugins.datasets.contamination.tsv import decoded, read_tsv, read_tsv_row
from wethink_plugins.errors import WeThinkError

LONG = "QUJD" * 30
CELLS = {
    "plain": ("What?", LONG, (LONG,), ""),
    "line breaks, tabs and quotes": ('a\n"b"\t\r\nc\n', LONG, (LONG,), ""),
    "not English": ("多少？ – ü", LONG, (LONG,), ""),
    "three megabytes": ("big", LONG * 30_000, (LONG * 30_000,), ""),
    "a list": ("two", str([LONG, "x" * 70]), (LONG, "x" * 70), ""),
    "a list of one short": ("one", "['abc']", ("abc",), ""),
    "a reference": ("other", "plain", (), "plain"),
    "nothing": ("none", "", (), ""),
    "a list that is none": ("odd", "[" + LONG + "]", (f"[{LONG}]",), ""),
}


def test_rows_are_read_as_they_were_written_and_again_from_where_they_begin(tmp_path):
    rows = [{"index": name, "question": q, "image": image} for name, (q, image, _, _) in CELLS.items()]
    file = write_tsv(tmp_path / "b.tsv", rows)
    for row in (read := list(read_tsv(file))):
        question, _, pictures, refers = CELLS[row.index]
        assert (row.question, row.pictures, row.refers) == (question.strip(), pictures, refers)
    assert [row.index for row in read] == list(CELLS)
    assert [read_tsv_row(file, row.start) for row in reversed(read)] == read[::-1]


def test_options_end_where_there_are_none_and_other_columns_do_not_matter(tmp_path):
    columns = ("index", "hint", "question", "A", "B", "C", "answer", "image_path")
    row = {"index": 1, "A": "red", "B": "blue", "C": "nan", "answer": "B", "image_path": "['a.png', 'b/c.png']"}
    (read,) = read_tsv(write_tsv(tmp_path / "b.tsv", [row], columns))
    assert (read.options, read.answer, read.pictures, read.paths) == (("red", "blue"), "B", ("a.png", "b/c.png"), True)


def test_a_byte_order_mark_and_a_nul_do_no_harm(tmp_path):
    (tmp_path / "b.tsv").write_bytes(b"\xef\xbb\xbfindex\timage\tquestion\n1\t\ta\0b\n\n")
    (read,) = read_tsv(tmp_path / "b.tsv")
    assert (read.index, read.question) == ("1", "ab")


def test_the_limit_of_others_is_never_lowered(tmp_path):
    list(read_tsv(write_tsv(tmp_path / "b.tsv", [{"index": 1}])))
    assert csv.field_size_limit() > 2**31


@pytest.mark.parametrize("text", ["QUJD", "data:image/png;base64,QUJD", "QU\nJD"])
def test_base64_with_and_without_its_type(text):
    assert decoded(text) == b"ABC"


@pytest.mark.parametrize("name", ["image", "question", "A"])
def test_a_column_that_stands_there_twice_is_not_chosen_from(tmp_path, name):
    (tmp_path / "b.tsv").write_text(f"index\timage\tquestion\tA\t{name}\n0\t\t\t\t\n")
    with pytest.raises(WeThinkError, match=f"{name}: is a column twice"):
        list(read_tsv(tmp_path / "b.tsv"))
