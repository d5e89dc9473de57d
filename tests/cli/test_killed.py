"""An export that is killed or interrupted half-way leaves no half file under the name that a trainer would read."""

import json
import os
import signal
import subprocess
import sys

import pytest

from tests.datasets.builders import row, write_rows

COUNT = 1400  # two groups of rows
# Ends itself as the picture or the group of that number comes: what a kill from outside does, at a place that is known.
DEADLY = """
import itertools, os, signal, sys
import PIL.Image, pyarrow.parquet
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job inherits that it is ignored
place, at, number = sys.argv.pop(1), int(sys.argv.pop(1)), int(sys.argv.pop(1))
owner, name = {"picture": (PIL.Image, "open"), "group": (pyarrow.parquet.ParquetWriter, "write_table")}[place]
whole, calls = getattr(owner, name), itertools.count(1)
def deadly(*words, **named):
    if next(calls) == at:
        os.kill(os.getpid(), number)
    return whole(*words, **named)
setattr(owner, name, deadly)
from wethink_plugins.cli.main import main
main()
"""


def run(folder, *code):
    words = ["data", "export", "easyr1", folder / "rows.jsonl", "--out", folder / "out" / "train.parquet"]
    return subprocess.run([sys.executable, *code, *words], capture_output=True, text=True, cwd=folder)


@pytest.fixture
def many(tmp_path):
    """Rows of which each has a picture of its own name."""
    file = write_rows(tmp_path, [row(i, image_path=f"images/{i}.png") for i in range(COUNT)])
    for i in range(COUNT):
        os.link(tmp_path / "images/a.png", tmp_path / "images" / f"{i}.png")
    return file.parent


EARLIER = b"an earlier export"


@pytest.mark.parametrize(
    ("place", "at", "number", "before"),
    [
        ("picture", 700, signal.SIGKILL, None),
        ("picture", 700, signal.SIGINT, EARLIER),
        ("group", 2, signal.SIGKILL, EARLIER),
        ("group", 2, signal.SIGINT, None),
    ],
)
def test_no_half_file_and_the_next_run_works(many, place, at, number, before):
    out = many / "out" / "train.parquet"
    if before:
        out.parent.mkdir()
        out.write_bytes(before)
    ended = run(many, "-c", DEADLY, place, str(at), str(int(number)))
    assert ended.returncode != 0 and "Traceback" not in ended.stderr
    assert (out.read_bytes() if out.exists() else None) == before
    left = [file.name for file in out.parent.glob("*")] if out.parent.exists() else []
    assert [name for name in left if name.startswith(".") and number == signal.SIGINT] == []
    assert not [name for name in left if "manifest" in name or "rejects" in name]

    import pyarrow.parquet as pq

    again = run(many, "-m", "wethink_plugins.cli.main")
    assert again.returncode == 0, again.stderr
    assert pq.read_table(out).column("id").to_pylist() == [f"r{i}" for i in range(COUNT)]
    assert json.loads(out.with_suffix(".manifest.json").read_text())["counts"]["accepted"] == COUNT
