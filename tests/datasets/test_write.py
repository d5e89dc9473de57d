import os
import subprocess
import sys

import pytest

from wethink_plugins.datasets.write import refuse_overwriting, remove, replacing, write_text
from wethink_plugins.errors import WeThinkError


def test_a_file_is_replaced_whole_or_left_as_it_was(tmp_path):
    file = write_text(tmp_path / "new" / "a.txt", "old")
    with pytest.raises(ZeroDivisionError), replacing(file) as temporary:
        temporary.write_text("half")
        _ = 1 / 0
    assert file.read_text() == "old" and [f.name for f in file.parent.iterdir()] == ["a.txt"]


def test_what_a_killed_process_left_is_taken_away_and_no_more(tmp_path):
    program = "import os, sys\nfrom pathlib import Path\nfrom wethink_plugins.datasets.write import replacing\n"
    program += "with replacing(Path(sys.argv[1])) as part:\n    part.write_text('half')\n    os.kill(os.getpid(), 9)\n"
    subprocess.run([sys.executable, "-c", program, tmp_path / "a.txt"])
    (left,) = tmp_path.iterdir()
    kept = [left.with_name(".a.txt.0badcafe.1.part"), left.with_name(left.name.replace("a.txt", "b.txt"))]
    kept.append(left.with_name(f"{left.name.rsplit('.', 2)[0]}.{os.getppid()}.part"))
    for file in kept:
        file.write_text("another machine's, another file's, of a process that lives")
    write_text(tmp_path / "a.txt", "whole")
    assert sorted(tmp_path.iterdir()) == sorted([*kept, tmp_path / "a.txt"])


def test_says_where_it_cannot_write(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(WeThinkError) as caught:
        write_text(tmp_path / "file" / "a.txt", "x")
    assert "can't be written" in str(caught.value) and str(tmp_path) in str(caught.value)


def test_removes_what_is_there(tmp_path):
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    for path in ("file", "file", "none/file"):
        remove(tmp_path / path)
    assert not (tmp_path / "file").exists()
    with pytest.raises(WeThinkError, match="can't be removed"):
        remove(tmp_path / "folder")


def test_a_folder_given_as_output_is_refused_before_the_work(tmp_path):
    for call in (lambda: refuse_overwriting(tmp_path / "rows.jsonl", tmp_path), lambda: write_text(tmp_path, "new")):
        with pytest.raises(WeThinkError, match="is a folder; name a file in it"):
            call()
    assert not list(tmp_path.parent.glob(".*.part"))
