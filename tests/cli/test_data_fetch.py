"""`wethink data fetch` as a user types it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.datasets.fetch.archives import cut, packed, pictures, rows, tree, write
from wethink_plugins.errors import extra

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture
def parts(tmp_path):
    images = pictures(6)
    return write(tmp_path / "parts", {**cut(packed(images)), "rows.jsonl": rows(list(images))})


def test_parts_that_are_here_need_no_network(tmp_path, wethink, parts, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    code, printed, errors = wethink("data", "fetch", "--parts", parts, "--out", tmp_path / "out")
    assert (code, errors) == (0, []) and len(tree(tmp_path / "out" / "images")) == 6
    following = printed.splitlines()[-1]
    assert (
        following
        == f"next: wethink data validate {tmp_path / 'out' / 'rows.jsonl'} --images {tmp_path / 'out' / 'images'}"
    )


def test_the_command_that_it_names_next_runs(tmp_path, wethink, parts):
    words = json.loads(wethink("data", "fetch", "--parts", parts, "--out", tmp_path / "out", "--json")[1])[
        "next"
    ].split()
    code, printed, _ = wethink(*words[1:])
    assert code == 0 and "6 rows read, 6 accepted" in printed


def test_lost_rows_are_exit_code_1_and_one_line(tmp_path, wethink, parts):
    (parts / "rows.jsonl").write_bytes(rows([*pictures(6), "none.jpg", "../x.jpg"]))
    code, printed, errors = wethink("data", "fetch", "--parts", parts, "--out", tmp_path / "out", "--json")
    value = json.loads(printed)
    assert code == 1 and len(errors) == 1 and "2 rows lost 2 images" in errors[0] and "lost.jsonl" in errors[0]
    assert (value["extracted"], value["lost"]["rows"], value["fetched_bytes"]) == (6, 2, 0)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--shard", "4/4"], "the first is 0/4"),
        (["--shard", "one"], "is no shard"),
        (["--rows", "0"], "--rows: is 0; give 1 or more"),
        (["--jobs", "-1"], "--jobs"),
        (["--keep-parts"], "--keep-parts"),
        (["--parts", "nowhere"], "nowhere"),
        (["--jsonl", "nowhere.jsonl"], "no such file; check --jsonl"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(tmp_path, wethink, parts, words, says):
    code, printed, errors = wethink("data", "fetch", "--parts", parts, "--out", tmp_path / "out", *words)
    assert (code, printed, len(errors)) == (2, "", 1) and says in errors[0]


def test_a_sample_never_overwrites_the_rows_that_it_is_drawn_from(tmp_path, wethink, parts):
    out = write(tmp_path / "out", {"rows.jsonl": rows(list(pictures(6)))})
    words = ["data", "fetch", "--parts", parts, "--out", out, "--jsonl", out / "rows.jsonl"]
    assert wethink(*words, "--rows", "2")[0] == 2 and len((out / "rows.jsonl").read_bytes().splitlines()) == 6
    assert wethink(*words)[0] == 0 and len(tree(out / "images")) == 6


def test_without_the_extra_it_says_what_to_install(tmp_path, wethink, monkeypatch):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    code, printed, errors = wethink("data", "fetch", "--out", tmp_path / "out")
    assert (code, printed, errors) == (2, "", [f"needs huggingface_hub; {extra('data')}"])


def test_a_disk_that_takes_no_more_is_one_line(tmp_path, parts):
    """A limit of the system stands in for a full disk: writing fails in mid-file as it does there."""
    resource = pytest.importorskip("resource")
    images = pictures(3, size=300)
    write(parts, {**cut(packed(images)), "rows.jsonl": rows(list(images))})
    ended = subprocess.run(
        [
            sys.executable,
            "-m",
            "wethink_plugins.cli.main",
            "data",
            "fetch",
            "--parts",
            parts,
            "--out",
            tmp_path / "out",
        ],
        capture_output=True,
        text=True,
        cwd=CHECKOUT,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)),
    )
    assert ended.returncode == 2 and ended.stdout == "" and len(ended.stderr.splitlines()) == 1
    assert "can't be written" in ended.stderr and "run the same command again" in ended.stderr
    assert tree(tmp_path / "out" / "images") == {}


def test_the_script_for_a_cluster_gives_each_task_its_share(tmp_path, parts):
    found = []
    for task in (3, 5, 7):
        array = {"SLURM_ARRAY_TASK_ID": task, "SLURM_ARRAY_TASK_MIN": 3, "SLURM_ARRAY_TASK_STEP": 2}
        variables = {name: str(value) for name, value in {**array, "SLURM_ARRAY_TASK_COUNT": 3}.items()}
        script = [
            sys.executable,
            CHECKOUT / "data_tools" / "fetch.py",
            "--parts",
            parts,
            "--out",
            tmp_path / "out",
            "--json",
        ]
        environment = {**os.environ, **variables, "PYTHONPATH": str(CHECKOUT)}
        ended = subprocess.run(script, capture_output=True, text=True, env=environment)
        assert ended.returncode == 0, ended.stderr
        found.append(json.loads(ended.stdout)["extracted"])
    assert sum(found) == 6 and min(found) >= 1 and len(tree(tmp_path / "out" / "images")) == 6
