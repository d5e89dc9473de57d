"""The verb, against a server; what needs weights is in tests/hosts/test_generate.py."""

import io
import json
import signal
import subprocess
import sys
import time

import pytest

pytest.importorskip("aiohttp", reason="needs the judge extra")

from tests.cli.conftest import wethink  # noqa: F401
from tests.datasets.builders import row, write_rows
from tests.servers.script import marked
from tests.servers.server import CHECKOUT, ModelServer

TEXT = "<think>I look.</think>\n<answer>3</answer>"


@pytest.fixture
def server():
    with ModelServer(text=TEXT) as started:
        yield started


@pytest.fixture
def rows(tmp_path):
    return write_rows(tmp_path, [row(i) for i in range(5)])


def test_rows_to_responses_to_accuracy(wethink, server, rows, tmp_path):  # noqa: F811
    out = tmp_path / "out.jsonl"
    options = ("--server", server.base_url, "--model", "scripted", "--out", out)
    code, printed, errors = wethink("generate", rows, *options)
    assert (code, errors) == (0, []) and printed == f"wrote {out}: 5 rows\n"
    assert wethink("generate", rows, *options)[0] == 2
    told = json.loads(wethink("generate", rows, *options, "--overwrite", "--json")[1])
    assert (told["count"], told["failed"], told["cut"]) == (5, 0, 0)
    value = json.loads(wethink("evaluate", out, "--json")[1])
    assert value["files"][0]["all"][0]["accuracy"] == 1.0


def test_rows_without_a_response_are_told_and_end_with_1(wethink, server, tmp_path):  # noqa: F811
    rows = write_rows(tmp_path, [row(0), row(1, problem=marked("How many?", "context:vllm"))])
    options = ("--server", server.base_url, "--model", "scripted", "--out", tmp_path / "out.jsonl")
    code, _, errors = wethink("generate", rows, *options)
    assert code == 1 and "1 of 2 rows without a response" in errors[-1]
    lost = write_rows(tmp_path, [row(0), row(1, problem=marked("How many?", "500"))], "lost.jsonl")
    code, printed, errors = wethink("generate", lost, *options[:-1], tmp_path / "lost.out.jsonl", "--deadline", 1)
    assert (code, printed) == (1, "") and "1 of 2 rows got no reply" in errors[-1] and "server_error" in errors[-1]
    assert not (tmp_path / "lost.out.jsonl").exists()


BAD = [
    (["ROWS", "--out", "o.jsonl"], "no model is named"),
    (["ROWS", "--model", "m"], "no output is named"),
    (["ROWS", "--model", "m", "--out", "o.jsonl", "--backend", "jax"], "no back end 'jax'"),
    (["ROWS", "--model", "m", "--out", "o.jsonl", "--style", "poem"], "no style 'poem'"),
    (["ROWS", "--model", "m", "--out", "o.jsonl", "--prompt", "none.txt"], "none.txt"),
    (["ROWS", "--model", "m", "--out", "o.jsonl", "--question", "Who?"], "without FILE"),
    (["ROWS", "--model", "no-such-model-folder", "--out", "o.jsonl"], "no such model folder"),
    (["ROWS", "--model", "FOLDER", "--out", "o.jsonl"], "holds no config.json"),
    (["ROWS", "--model", "m", "--server", "127.0.0.1:1", "--out", "o.jsonl"], "--server"),
    (["ROWS", "--model", "m", "--server", "http://x/v1", "--api-key-env", "sk-1 2", "--out", "o.jsonl"], "--api-key-env"),
    (["ROWS", "--model", "m", "--server", "http://x/v1", "--api-key-env", "NOT_SET_HERE", "--out", "o.jsonl"], "NOT_SET_HERE"),
    (["ROWS", "--model", "m", "--server", "http://127.0.0.1:9/v1", "--out", "ROWS", "--overwrite"], "this is the input"),
    (["none.jsonl", "--model", "m", "--out", "o.jsonl"], "no such file"),
    (["ROWS", "--model", "m", "--server", "http://127.0.0.1:9/v1", "--out", "FOLDER"], "is a folder"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "says"), BAD)
def test_what_cannot_be_done_is_said_in_a_line(wethink, rows, tmp_path, monkeypatch, arguments, says):  # noqa: F811
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    names = {"ROWS": rows, "FOLDER": tmp_path / "folder"}
    code, printed, errors = wethink("generate", *(names.get(word, word) for word in arguments))
    assert (code, printed, len(errors)) == (2, "", 1) and says in errors[0]
    assert not (tmp_path / "o.jsonl.partial").exists()


def test_a_question_by_hand(wethink, server, rows):  # noqa: F811
    image = rows.parent / "images" / "a.png"
    options = ("--server", server.base_url, "--model", "scripted", "--question", "How many?", "--image", image)
    code, printed, errors = wethink("generate", *options)
    assert (code, printed.split(), errors) == (0, ["I", "look.", "3"], [])
    line = json.loads(wethink("generate", *options, "--json")[1])
    assert (line["think"], line["answer"], line["response"]) == ("I look.", "3", TEXT)
    code, _, errors = wethink("generate", *options[:-1], rows)
    assert code == 1 and "rows.jsonl can't be used" in " ".join(errors)


def test_questions_typed_in(wethink, server, rows, monkeypatch):  # noqa: F811
    monkeypatch.setattr(
        sys, "stdin", io.StringIO(f"/image {rows.parent}/images/a.png\nHow many?\n\n/image\nWho?\n/quit\nnever")
    )
    code, printed, _ = wethink("generate", "--server", server.base_url, "--model", "scripted")
    assert code == 0 and printed.split() == ["I", "look.", "3"] * 2
    assert len(server.log()) == 2


def test_interrupted_it_says_how_to_go_on(rows, tmp_path):
    slow = write_rows(tmp_path, [row(i) for i in range(400)], "slow.jsonl")
    out = tmp_path / "out.jsonl"
    with ModelServer(text=TEXT, latency_s=0.2) as server:
        command = [sys.executable, "-m", "wethink_plugins.cli.main", "generate", slow, "--server", server.base_url]
        command = [str(word) for word in [*command, "--model", "scripted", "--out", out, "--parallel", 4]]
        interruptible = "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); from wethink_plugins.cli.main import main; main()"
        process = subprocess.Popen(
            [sys.executable, "-c", interruptible, *command[3:]], cwd=CHECKOUT, stderr=subprocess.PIPE, text=True
        )
        while len(server.log()) < 20:
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=600)
        assert process.returncode == 1 and "goes on from there" in errors and "Traceback" not in errors
        asked = len(server.log())
        again = subprocess.run([*command, "--parallel", "64"], cwd=CHECKOUT, capture_output=True, text=True)
        assert again.returncode == 0, again.stderr
        assert len(server.log()) < asked + 400 and len(out.read_text().splitlines()) == 400
