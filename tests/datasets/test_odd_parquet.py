"""Parquet as other tools write it: what can be read is, and what can't costs its own row, with column and reason."""

import struct

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.datasets.builders import JUDGED, row, write_rows
from wethink_plugins.datasets.records import read_records
from wethink_plugins.datasets.validate import validate
from wethink_plugins.errors import WeThinkError

ROWS = [row(number, problem=f"How many shapes are there in picture {number}?") for number in range(3)]


def bad_text():
    """Three texts of which the second is no UTF-8."""
    return pa.StringArray.from_buffers(3, pa.py_buffer(struct.pack("<4i", 0, 2, 4, 6)), pa.py_buffer(b"ab\xff\xfecd"))


UNREADABLE = {
    "text that is no UTF-8": ("note", bad_text()),
    "a time after the year 9999": ("when", pa.array([0, 2**62, 0], pa.timestamp("us"))),
    "a date after the year 9999": ("when", pa.array([0, 2**30, 0], pa.date32())),
    "a span that no clock counts": ("when", pa.array([0, 2**62, 0], pa.duration("s"))),
    "in a list": ("when", pa.array([[0], [0, 2**62], None], pa.list_(pa.timestamp("us")))),
}


def written(folder, table):
    write_rows(folder, [])
    pq.write_table(table, folder / "rows.parquet")
    return folder / "rows.parquet"


@pytest.mark.parametrize("case", UNREADABLE)
def test_a_value_that_python_cannot_hold_costs_its_row_alone(tmp_path, case):
    name, column = UNREADABLE[case]
    file = written(tmp_path, pa.Table.from_pylist(ROWS).append_column(name, column))
    found = validate(file, config=JUDGED)
    assert [one.id for one in found.rows] == ["r0", "r2"]
    (reject,) = found.rejects
    assert (reject.line, reject.kind, reject.field) == (2, "broken_line", name)
    assert "that can't be read" in reject.reason and reject.fix
    with pytest.raises(WeThinkError, match=rf"rows\.parquet:2: {name}: holds"):
        list(read_records(file))


def test_a_file_of_nothing_but_such_rows_is_an_error(tmp_path):
    column = pa.array([2**62] * 3, pa.timestamp("us"))
    file = written(tmp_path, pa.Table.from_pylist(ROWS).append_column("when", column))
    with pytest.raises(WeThinkError, match=r"rows\.parquet:1: when"):
        validate(file, config=JUDGED)


def test_a_column_that_stands_there_twice_is_not_chosen_from(tmp_path):
    table = pa.Table.from_pylist(ROWS)
    twice = pa.Table.from_arrays([*table.columns, pa.array(["x", "y", "z"])], [*table.column_names, "answer"])
    with pytest.raises(WeThinkError, match="answer: is a column twice"):
        validate(written(tmp_path, twice), config=JUDGED)


@pytest.mark.parametrize(
    ("column", "reason"),
    [
        ([{"bytes": b"x", "path": "a.png"}] * 3, "an object, not a path"),
        ([[{"bytes": b"x", "path": "a.png"}]] * 3, "an object, not a path"),
        ([b"x"] * 3, "bytes, not a path"),
        ([["images/a.png", None]] * 3, "null, not a path"),
    ],
)
def test_pictures_inside_the_file_are_asked_for_as_files(tmp_path, column, reason):
    table = pa.Table.from_pylist(ROWS).drop_columns("image_path").append_column("image_path", pa.array(column))
    found = validate(written(tmp_path, table), config=JUDGED)
    assert not found.rows and {one.kind for one in found.rejects} == {"wrong_field_type"}
    assert all(reason in one.reason and "files" in one.fix for one in found.rejects)


@pytest.mark.parametrize("kind", ["large", "dictionary"])
def test_other_kinds_of_text_columns_are_text(tmp_path, kind):
    table = pa.Table.from_pylist([{**one, "abilities": "maths"} for one in ROWS])
    columns = [
        column.cast(pa.large_string()) if kind == "large" else column.dictionary_encode() for column in table.columns
    ]
    found = validate(written(tmp_path, pa.table(columns, table.column_names)), config=JUDGED)
    assert [one.answer for one in found.rows] == ["3"] * 3


def test_groups_without_rows_are_passed_over(tmp_path):
    table = pa.Table.from_pylist(ROWS)
    file = written(tmp_path, table)
    with pq.ParquetWriter(file, table.schema) as writer:
        for part in (table.slice(0, 0), table.slice(0, 2), table.slice(0, 0), table.slice(2)):
            writer.write_table(part)
    assert [number for number, _ in read_records(file)] == [1, 2, 3]
