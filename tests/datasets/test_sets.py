"""Exports as sets: what is in the folder, what its manifests say, and that it is never half old and half new."""

import json
import os
import signal
import subprocess
import sys
import tracemalloc

import pyarrow.parquet as pq
import pytest

from tests.datasets.builders import JUDGED, row, write_rows
from wethink_plugins.datasets import folder as folders
from wethink_plugins.datasets.exporters import Layout, export
from wethink_plugins.datasets.folder import replacing_folder
from wethink_plugins.datasets.manifest import file_sha256
from wethink_plugins.datasets.validate import validate
from wethink_plugins.errors import WeThinkError

ROWS = [row(i, image_path=f"images/{'ab'[i % 2]}.png" if i % 3 else None) for i in range(60)]
HOSTS = ("easyr1", "verl", "trl", "llamafactory", "llamafactory-v1")


def valid(folder, rows=ROWS, **settings):
    return validate(write_rows(folder, rows, "rows.jsonl"), config=JUDGED, for_sft=True, **settings)


def contents(folder):
    return {
        file.relative_to(folder).as_posix(): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()
    }


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize(
    ("layout", "names"),
    [
        (Layout(shards=3), ["train/00000-of-00003", "train/00001-of-00003", "train/00002-of-00003"]),
        (Layout(val_rows=5), ["train", "val"]),
        (Layout(val_share=0.1, shards=2), ["train/00000-of-00002", "train/00001-of-00002", "val"]),
    ],
)
def test_a_set_holds_its_files_and_manifests_that_name_them(tmp_path, host, layout, names):
    found = valid(tmp_path)
    target = export(host, found, tmp_path / "out", name="set", layout=layout)
    assert target == (tmp_path / "out/set" if host.startswith("llamafactory") else tmp_path / "out")
    held = contents(target)
    manifests = {name: json.loads(text) for name, text in held.items() if name.endswith(".manifest.json")}
    files = [one for made in manifests.values() for one in made.get("shards") or [made["output"]]]
    assert {name.partition(".")[0] for name in held if name not in manifests} == set(names)
    assert {one["file"]: one["sha256"] for one in files} == {
        n: file_sha256(target / n) for n in held if n not in manifests
    }
    assert sum(made["rows"] for made in manifests.values()) == 60
    assert all(
        sum(one["rows"] for one in made["shards"]) == made["rows"] for made in manifests.values() if "shards" in made
    )
    again = export(host, found, tmp_path / "again", name="set", layout=layout)
    own = ["train.manifest.json", "val.manifest.json", *(n for n in held if n not in manifests)]
    assert all(contents(again).get(name) == held.get(name) for name in own)
    assert not list(tmp_path.rglob("*.part"))


def test_rows_and_numbers_go_on_from_shard_to_shard(tmp_path):
    target = export("verl", valid(tmp_path), tmp_path / "out", layout=Layout(shards=7))
    tables = [pq.read_table(file) for file in sorted((target / "train").iterdir())]
    infos = [info for table in tables for info in table.column("extra_info").to_pylist()]
    assert [info["id"] for info in infos] == [one["id"] for one in ROWS]
    assert [info["index"] for info in infos] == list(range(60)) and len({str(table.schema) for table in tables}) == 1
    assert sorted(table.num_rows for table in tables) == [8, 8, 8, 9, 9, 9, 9]


def test_llamafactory_is_told_the_names(tmp_path):
    found, out = valid(tmp_path), tmp_path / "lf"
    export("llamafactory", found, out, name="mine")
    export("llamafactory", found, out, name="cut", layout=Layout(shards=2, format="jsonl"))
    export("llamafactory", found, out, name="two", layout=Layout(val_rows=5, embed=True))
    info = json.loads((out / "dataset_info.json").read_text())
    assert {name: one["file_name"] for name, one in info.items()} == {
        "mine": "mine.json", "cut": "cut/train", "two_train": "two/train.parquet", "two_val": "two/val.parquet",
    }  # fmt: skip
    assert all((out / one["file_name"]).exists() and one["columns"]["images"] == "images" for one in info.values())
    export("llamafactory-v1", found, out, name="v1", layout=Layout(val_rows=5))
    assert json.loads((out / "v1_val.yaml").read_text()) == {
        "v1_val": {"path": str(out / "v1/val.jsonl"), "source": "local"}
    }


def test_v1_has_blocks_and_no_tags(tmp_path):
    lines = export("llamafactory-v1", valid(tmp_path), tmp_path / "lf").read_text(encoding="utf-8").splitlines()
    assert "<image>" not in "".join(lines) and len(lines) == 60
    _, user, assistant = json.loads(lines[1])["messages"]
    assert user["content"] == [
        {"type": "image_url", "value": str(tmp_path / "images/b.png")},
        {"type": "text", "value": "How many shapes are there? (1)"},
    ]
    assert (user["loss_weight"], assistant["loss_weight"]) == (0.0, 1.0)
    with pytest.raises(WeThinkError, match="row r0: refined_cot"):
        export("llamafactory-v1", validate(write_rows(tmp_path, [row(0, refined_cot="")])), tmp_path / "lf")


@pytest.mark.parametrize("host", ["easyr1", "verl", "trl", "llamafactory"])
def test_pictures_inside_or_by_path(tmp_path, host):
    found = valid(tmp_path, [row(0), row(1, image_path=None)])
    place = (lambda name: tmp_path / name) if host == "llamafactory" else (lambda name: tmp_path / f"{name}.parquet")
    column = "image" if host == "trl" else "images"
    picture = tmp_path / "images/a.png"
    inside, outside = (
        pq.read_table(export(host, found, place(str(embed)), layout=Layout("parquet", embed)))
        .column(column)
        .to_pylist()
        for embed in (True, False)
    )
    first = [one if isinstance(one, list) else [one] for one in (inside[0], outside[0])]
    assert first[0] == [{"bytes": picture.read_bytes(), "path": "images/a.png"}]
    by_path = {"verl": {"image": str(picture)}, "trl": {"bytes": None, "path": str(picture)}}
    assert first[1] == [by_path.get(host, str(picture))]
    assert not inside[1] and not outside[1]


@pytest.mark.parametrize(
    ("host", "out", "layout", "says"),
    [
        ("trl", "a.parquet", Layout(format="jsonl"), "trl doesn't read jsonl; --format parquet"),
        ("verl", "a.jsonl", Layout("jsonl", True), "jsonl can't hold image bytes"),
        ("llamafactory-v1", "a", Layout(embed=True), "reads images inside the file only|by path only"),
        ("verl", "a.parquet", Layout(shards=2), "go into a folder"),
        ("verl", ".", Layout(shards=2), "holds the input"),
        ("verl", "mine", Layout(shards=2), "holds notes.txt, which no export wrote"),
        ("verl", "out", Layout(shards=61), "60 rows don't make 61 shards"),
        ("verl", "out", Layout(shards=0), "0 shards"),
    ],
)
def test_what_cannot_be_written_is_said_and_nothing_is(tmp_path, host, out, layout, says):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/notes.txt").write_text("mine")
    found = valid(tmp_path)
    before = contents(tmp_path)
    with pytest.raises(WeThinkError, match=says):
        export(host, found, tmp_path / out, layout=layout)
    assert contents(tmp_path) == before


def test_a_folder_with_rows_of_someone_else_is_left_alone(tmp_path):
    found, out = valid(tmp_path), tmp_path / "out"
    export("verl", found, out, layout=Layout(shards=2))
    export("verl", found, out, layout=Layout(val_rows=5))
    assert sorted(contents(out)) == ["train.manifest.json", "train.parquet", "val.manifest.json", "val.parquet"]
    (out / "val.jsonl").write_text("{}\n")
    with pytest.raises(WeThinkError, match=r"holds val\.jsonl"):
        export("verl", found, out, layout=Layout(shards=2))


def test_a_reader_of_json_lines_is_not_left_to_guess(tmp_path):
    found = valid(tmp_path, [row(i, image_path=None) for i in range(600)] + [row(600)])
    with pytest.raises(WeThinkError, match="images: is empty in the first 600 rows"):
        export("easyr1", found, tmp_path / "a.jsonl", layout=Layout("jsonl"))
    assert not (tmp_path / "a.jsonl").exists()


def test_an_image_that_goes_missing_half_way_leaves_the_old_set(tmp_path):
    out, layout = tmp_path / "out", Layout(shards=4)
    export("verl", valid(tmp_path), out, layout=layout)
    before = contents(out)
    found = valid(tmp_path, [row(i, image_path="images/a.png" if i < 50 else "images/b.png") for i in range(60)])
    (tmp_path / "images/b.png").unlink()
    with pytest.raises(WeThinkError, match="could be read when rows were checked"):
        export("verl", found, out, layout=layout)
    assert contents(out) == before and sorted(path.name for path in tmp_path.iterdir()) == [
        "images",
        "out",
        "rows.jsonl",
    ]


# --- killed

DEADLY = """
import itertools, os, signal, sys
import pyarrow.parquet
from wethink_plugins.datasets import folder
place, at = sys.argv.pop(1), int(sys.argv.pop(1))
owner, name = {"shard": (pyarrow.parquet.ParquetWriter, "close"), "switch": (folder, "_switch"), "clear": (folder.shutil, "rmtree")}[place]
whole, calls = getattr(owner, name), itertools.count(1)
def deadly(*words, **named):
    if next(calls) == at:
        os.kill(os.getpid(), signal.SIGKILL)
    done = whole(*words, **named)
    if next(calls) == at:
        os.kill(os.getpid(), signal.SIGKILL)
    return done
setattr(owner, name, deadly)
from wethink_plugins.cli.main import main
main()
"""


@pytest.mark.parametrize(
    ("place", "at", "left"),
    [
        ("shard", 1, "old"),
        ("shard", 6, "old"),
        ("switch", 1, "old"),
        ("switch", 2, "new"),
        ("clear", 3, "new"),
    ],
)
def test_a_kill_leaves_the_old_set_or_the_new_one(tmp_path, place, at, left):
    """Each as the command; the next run clears away what the killed one left."""
    out, layout = tmp_path / "out", Layout(shards=4)
    export("easyr1", valid(tmp_path, ROWS[:30]), out, layout=layout)
    old = contents(out)
    new = contents(export("easyr1", valid(tmp_path), tmp_path / "new", layout=layout))
    words = ["data", "export", "easyr1", tmp_path / "rows.jsonl", "--out", out, "--shards", "4"]
    ended = subprocess.run([sys.executable, "-c", DEADLY, place, str(at), *words], capture_output=True, text=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    assert contents(out) == {"old": old, "new": new}[left]
    export("easyr1", valid(tmp_path), out, layout=layout)
    assert contents(out) == new
    assert sorted(path.name for path in tmp_path.iterdir()) == ["images", "new", "out", "rows.jsonl"]


def _write(folder, text):
    with replacing_folder(folder) as temporary:
        (temporary / "a").write_text(text)


def test_where_names_cannot_be_exchanged_a_lost_set_is_brought_back(tmp_path, monkeypatch):
    """As on systems without renameat2, and a kill between the two renames."""
    monkeypatch.setattr(folders.sys, "platform", "other")
    target = tmp_path / "set"
    _write(target, "one")
    _write(target, "two")
    assert contents(tmp_path) == {"set/a": b"two"}
    target.rename(tmp_path / ".set.old")
    with pytest.raises(WeThinkError), replacing_folder(target):
        assert contents(target) == {"a": b"two"}
        raise OSError("no space")
    assert contents(tmp_path) == {"set/a": b"two"}


def test_the_folder_of_a_run_that_still_runs_is_not_cleared_away(tmp_path):
    waiting = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        theirs = tmp_path / f".set.{waiting.pid}.part"
        theirs.mkdir()
        _write(tmp_path / "set", "one")
        assert theirs.exists()
    finally:
        waiting.communicate(b"\n")
    _write(tmp_path / "set", "two")
    assert not theirs.exists()


@pytest.mark.skipif(not os.path.isdir("/proc"), reason="Linux only")
def test_names_are_exchanged_here(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).write_text(name)
    assert folders._exchange(tmp_path / "one", tmp_path / "two")
    assert contents(tmp_path) == {"one/two": b"two", "two/one": b"one"}


def _peak(folder, count):
    """Bytes that Python held at most while so many long rows were split and exported."""
    rows = [
        row(i, refined_cot="I look. " * 800, image_path="images/a.png" if i % 9 == 0 else None) for i in range(count)
    ]
    found = valid(folder, rows)
    del rows
    tracemalloc.start()
    try:
        export(
            "llamafactory", found, folder / "lf", name=f"set{count}", layout=Layout("parquet", shards=2, val_share=0.1)
        )
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_rows(tmp_path):
    """1,000 rows more are 6.4 MB of reasoning more; groups of 1,024 rows are in memory either way."""
    few, many = _peak(tmp_path, 2400), _peak(tmp_path, 3400)
    assert many - few < 2e6, f"{few / 1e6:.1f} MB for 2,400 rows, {many / 1e6:.1f} MB for 3,400"
