"""`wethink generate` with weights: the same text as transformers' own generation, however it is batched or killed."""

import json
import random
import signal
import subprocess
import time

import pytest

from tests.hosts.conftest import CHECKOUT

pytestmark = pytest.mark.host
PROMPT = CHECKOUT / "wethink_plugins" / "prompts" / "wethink.txt"


def command(task, out, count, *more):
    words = ["generate", task / "data" / "train.jsonl", "--model", task / "model", "--out", out, "--limit", count]
    return [*words, "--max-new-tokens", 40, *more]


def responses(file):
    return {line["id"]: line["response"] for line in map(json.loads, file.read_text().splitlines())}


@pytest.fixture(scope="module")
def peer(grpo, task):
    def texts(count):
        code = CHECKOUT / "tests" / "hosts" / "generate_peer.py"
        printed = grpo.run("python", code, task / "model", task / "data" / "train.jsonl", PROMPT, count).stdout
        return json.loads(printed[printed.index('{"') :].splitlines()[0])

    return texts


@pytest.mark.parametrize("count", [12, pytest.param(100, marks=pytest.mark.slow)])
def test_the_same_text_as_transformers_itself_alone_and_padded(grpo, task, tmp_path, peer, count):
    """Random weights: tokens are closer to one another than after a training, so that a slip would show."""
    expected = peer(count)
    assert len(expected) == count and len(set(expected.values())) > count / 4
    for size in (1, 8):
        out = tmp_path / f"{size}.jsonl"
        grpo.run("wethink", *command(task, out, count, "--batch-size", size))
        assert responses(out) == expected


@pytest.mark.slow
def test_killed_and_gone_on_with_the_file_is_the_same(grpo, task, tmp_path):
    whole, out = tmp_path / "whole.jsonl", tmp_path / "out.jsonl"
    grpo.run("wethink", *command(task, whole, 40, "--batch-size", 4))
    partial, dice, kills = tmp_path / "out.jsonl.partial", random.Random(3), 0
    for at in (0, 7, 19):
        program = [str(grpo.folder / "bin" / "wethink"), *map(str, command(task, out, 40, "--batch-size", 4))]
        process = subprocess.Popen(program, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while process.poll() is None and (not partial.exists() or partial.read_bytes().count(b"\n") <= at):
            time.sleep(0.01)
        time.sleep(dice.random() * 0.2)
        process.send_signal(signal.SIGKILL)
        kills += process.wait() == -signal.SIGKILL
    grpo.run("wethink", *command(task, out, 40, "--batch-size", 4))
    assert kills == 3 and out.read_bytes() == whole.read_bytes()


BROKEN = [
    ("model.safetensors", lambda file: file.write_bytes(file.read_bytes()[:5000])),
    ("model.safetensors", lambda file: file.write_bytes(b"no weights")),
    ("config.json", lambda file: file.write_text('{"model_type": "nothing_known"}')),
    ("tokenizer.json", lambda file: file.write_text("{")),
    ("chat_template.jinja", lambda file: file.write_text("{{ messages[-1]['content'][-1]['text'] }}")),
]


ONE_AFTER_THE_OTHER = """
import contextlib, io, json, sys
from wethink_plugins.cli.main import main
for words in json.loads(sys.argv[1]):
    with contextlib.redirect_stdout(io.StringIO()) as said, contextlib.redirect_stderr(said):
        try:
            code = main(words)
        except SystemExit as ended:
            code = ended.code
    print("SAID", json.dumps([code, said.getvalue()]), flush=True)
"""


def test_a_model_that_cannot_be_read_is_one_line(grpo, task, tmp_path):
    """In one process: it is transformers' import that takes its time."""
    folders, out = [], tmp_path / "o.jsonl"
    for number, (name, damage) in enumerate(BROKEN):
        folders.append(tmp_path / f"model{number}")
        folders[-1].mkdir()
        for file in (task / "model").iterdir():
            (folders[-1] / file.name).write_bytes(file.read_bytes())
        damage(folders[-1] / name)
    rows = task / "data" / "train.jsonl"
    commands = [["generate", str(rows), "--model", str(folder), "--out", str(out)] for folder in folders]
    done = grpo.run("python", "-c", ONE_AFTER_THE_OTHER, json.dumps(commands))
    said = [json.loads(line.removeprefix("SAID ")) for line in done.stdout.splitlines() if line.startswith("SAID ")]
    assert "Traceback" not in done.stdout and len(said) == len(BROKEN)
    for folder, (code, text) in zip(folders, said, strict=True):
        assert code == 2 and "Traceback" not in text, (folder, text[-2000:])
        assert str(folder) in text or "chat template" in text
    assert not (tmp_path / "o.jsonl.partial").exists()


def test_other_weights_in_the_same_folder_are_noticed(grpo, task, tmp_path):
    folder, out = tmp_path / "model", tmp_path / "o.jsonl"
    folder.mkdir()
    for file in (task / "model").iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    words = [word if word != task / "model" else folder for word in command(task, out, 8, "--batch-size", 4)]
    head = {"wethink_generate": 1, "rows": "0", "settings": {}, "model": str(folder), "weights": "0"}
    (tmp_path / "o.jsonl.partial").write_text("".join(json.dumps(v) + "\n" for v in [head, [0, "{}"]]))
    done = grpo.run("wethink", *words, check=False)
    assert done.returncode == 2 and "weights was '0'" in done.stdout


def test_a_broken_image_costs_its_own_row_only(grpo, task, tmp_path):
    rows = [json.loads(line) for line in (task / "data" / "train.jsonl").read_text().splitlines()[:4]]
    (tmp_path / "images").mkdir()
    for row in rows:
        (tmp_path / row["image_path"]).write_bytes((task / "data" / row["image_path"]).read_bytes())
    (tmp_path / rows[2]["image_path"]).write_bytes(b"no picture")
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    words = ["generate", tmp_path / "rows.jsonl", "--model", task / "model", "--out", tmp_path / "o.jsonl"]
    done = grpo.run("wethink", *words, "--max-new-tokens", 5, check=False)
    lines = [json.loads(line) for line in (tmp_path / "o.jsonl").read_text().splitlines()]
    assert done.returncode == 1 and [line["response"] is None for line in lines] == [False, False, True, False]
    assert "can't be used" in lines[2]["fault"]
