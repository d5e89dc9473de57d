import errno
import json
import os
import subprocess
import sys

import pytest

from tests.datasets.audit.conftest import lines_of
from wethink_plugins.datasets.audit.labels import Labels, label_files, labels_file, read_sheet
from wethink_plugins.errors import WeThinkError

IDS = ["r0", "r1", "r2"]


@pytest.fixture
def opened(tmp_path):
    """Opens the file; those before it are closed, as by the end of their process."""
    made = []

    def open_it():
        for labels in made:
            labels.close()
        made.append(Labels(tmp_path / "labels-ann.jsonl", IDS))
        return made[-1]

    yield open_it
    for labels in made:
        labels.close()


def test_every_mark_is_a_line_at_once_and_the_last_one_counts(opened):
    labels = opened()
    for number, (place, name, value) in enumerate(
        [
            (0, "factuality", "yes"),
            (0, "factuality", "no"),
            (2, "comment", "blurred\ntext"),
            (0, "reasoning", "unsure"),
        ],
        1,
    ):
        labels.set(place, name, value)
        assert len(lines_of(labels.file)) == number
    labels.set(0, "reasoning", "unsure")  # nothing new
    assert len(lines_of(labels.file)) == 4
    sheet = opened().sheet
    assert sheet.marks[0] == {"factuality": "no", "reasoning": "unsure"} and sheet.comments == {2: "blurred\ntext"}


def test_undo_goes_back_step_by_step_across_a_restart(opened):
    labels = opened()
    labels.set(0, "factuality", "yes")
    labels.set(0, "factuality", "no")
    labels.set(1, "comment", "why?")
    assert labels.undo().field == "comment" and labels.sheet.comments == {}
    labels = opened()
    assert (labels.undo().value, labels.sheet.marks[0]) == ("yes", {"factuality": "yes"})
    labels.set(1, "grounding", "unsure")
    assert (labels.undo().place, labels.undo().place, labels.undo()) == (1, 0, None)
    assert not any(labels.sheet.marks.values()) and len(lines_of(labels.file)) == 8
    assert not any(opened().sheet.marks.values())


@pytest.mark.parametrize("end", [b'{"place": 1, "id": "r1", "fie', b"\xff\xfe", b"{"])
def test_a_line_that_a_kill_cut_short_is_dropped_and_writing_goes_on(opened, end):
    labels = opened()
    labels.set(0, "factuality", "yes")
    labels.close()
    with labels.file.open("ab") as out:
        out.write(end)
    if not end.startswith(b"\xff"):
        assert read_sheet(labels.file, IDS).marks == {0: {"factuality": "yes"}}  # a report meanwhile
    labels = opened()
    labels.set(1, "factuality", "no")
    assert [line["place"] for line in lines_of(labels.file)] == [0, 1]


def test_a_whole_last_line_without_its_end_is_kept(opened):
    labels = opened()
    labels.set(0, "factuality", "yes")
    labels.close()
    labels.file.write_bytes(labels.file.read_bytes().rstrip())
    labels = opened()
    labels.set(1, "factuality", "no")
    assert labels.sheet.marks == {0: {"factuality": "yes"}, 1: {"factuality": "no"}} == opened().sheet.marks


def test_a_mark_that_the_disk_refuses_leaves_no_trace(opened, monkeypatch):
    labels = opened()
    labels.set(0, "factuality", "yes")

    def full(handle):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", full)
        with pytest.raises(WeThinkError, match=r"labels-ann\.jsonl: can't be written: No space left"):
            labels.set(1, "factuality", "no")
    assert labels.sheet.marks == {0: {"factuality": "yes"}} and len(lines_of(labels.file)) == 1
    labels.set(1, "factuality", "unsure")
    assert opened().sheet.marks[1] == {"factuality": "unsure"}


GOOD = {"place": 1, "id": "r1", "field": "factuality", "value": "yes"}
STRANGE = [
    ({**GOOD, "id": "r2"}, "isn't in the sample at this place"),
    ({**GOOD, "place": 9}, "isn't in the sample at this place"),
    ({**GOOD, "place": True}, "isn't in the sample at this place"),
    ({**GOOD, "value": "maybe"}, "factuality: 'maybe' is no mark"),
    ({**GOOD, "field": "beauty"}, "beauty: 'yes' is no mark"),
    ({**GOOD, "value": None}, "None is no mark"),
]


@pytest.mark.parametrize(("line", "says"), STRANGE)
def test_labels_of_another_sample_are_refused_by_line(tmp_path, line, says):
    file = tmp_path / "labels-ann.jsonl"
    file.write_text(json.dumps(GOOD) + "\n" + json.dumps(line) + "\n")
    for read in (read_sheet, Labels):
        with pytest.raises(WeThinkError, match=says) as error:
            read(file, IDS)
        assert "labels-ann.jsonl:2" in str(error.value)


@pytest.mark.parametrize("name", ["", "a/b", "..", ".x", "a b", "x" * 65, "a\0", "-x"])
def test_a_name_that_is_no_file_name(tmp_path, name):
    with pytest.raises(WeThinkError, match="--annotator"):
        labels_file(tmp_path, name)


def test_names_and_their_files(tmp_path):
    for name in ("bo", "ann-2", "Zoë"):
        labels_file(tmp_path, name).touch()
    (tmp_path / "sample.jsonl").touch()
    assert list(label_files(tmp_path)) == ["Zoë", "ann-2", "bo"]


@pytest.mark.skipif(os.name == "nt", reason="no flock here")
def test_two_processes_never_write_one_file(opened):
    labels = opened()
    program = "import sys\nfrom pathlib import Path\nfrom wethink_plugins.datasets.audit.labels import Labels\n"
    program += "Labels(Path(sys.argv[1]), ['r0', 'r1', 'r2'])"
    command = [sys.executable, "-c", program, str(labels.file)]
    ended = subprocess.run(command, capture_output=True, text=True)
    assert ended.returncode and "another audit is writing here" in ended.stderr
    labels.close()
    assert subprocess.run(command).returncode == 0
