"""The built wheel by itself, in an empty folder: every verb works, with the recipes and patches it carries."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

CHECKOUT = Path(__file__).resolve().parents[1]
ROWS = [
    {"id": "a", "problem": "Which?\nA. red\nB. blue", "answer": "B", "category": "multiple_choice", "abilities": "recognition", "refined_cot": "Blue.", "image_path": "a.png", "reward": "rule"},
    {"id": "b", "problem": "Describe it.", "answer": "a blue square", "category": "descriptive", "abilities": "recognition", "refined_cot": "Square.", "image_path": "a.png", "reward": "model"},
]  # fmt: skip
TEMPLATE = "{% for turn in messages %}{{ turn.role }}: {{ turn.content }}\n{% endfor %}"
ROLLOUT = {"id": "a", "question": "2+2?", "response": "<think>a</think><answer>4</answer>", "answer": "4"}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The wheel's files, unpacked by pip, and nothing of the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    subprocess.run([*pip, "wheel", "--no-deps", "-w", folder / "dist", CHECKOUT], check=True)
    wheel = next((folder / "dist").glob("*.whl"))
    subprocess.run([*pip, "install", "--no-deps", "--target", folder / "site", wheel], check=True)
    return folder / "site"


@pytest.fixture
def wethink(site, tmp_path):
    """Runs the command in a folder that holds two rows, their picture and a configuration."""
    from PIL import Image

    Image.new("RGB", (40, 40), "blue").save(tmp_path / "a.png")
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    (tmp_path / "val.jsonl").write_text(json.dumps({**ROWS[0], "id": "c"}) + "\n")
    (tmp_path / "rollouts.jsonl").write_text(json.dumps(ROLLOUT) + "\n")
    shadow = [
        {**ROLLOUT, "gold": "4", "overall": ours, "active": theirs, "shadow": {"process": 1}}
        for ours, theirs in ((1.0, 0.0), (0.3, 1.0))
    ]
    (tmp_path / "shadow.jsonl").write_text("".join(json.dumps(line) + "\n" for line in shadow))
    (tmp_path / "run").mkdir()
    step = {**ROLLOUT, "gold": "4", "step": 1, "overall": 1.0, "accuracy": 1.0, "format": 1.0, "status": "scored"}
    (tmp_path / "run" / "journal-1-0.jsonl").write_text(json.dumps(step) + "\n")
    (tmp_path / "parts").mkdir()
    with zipfile.ZipFile(tmp_path / "parts" / "image.zip", "w") as archive:
        archive.write(tmp_path / "a.png", "a.png")
    (tmp_path / "wethink.yaml").write_text("judge: {offline: true}\n")
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "chat_template.jinja").write_text(TEMPLATE)

    def run(*words):
        call = "from wethink_plugins.cli.main import main; import sys; sys.argv[0] = 'wethink'; main()"
        return subprocess.run(
            [sys.executable, "-P" if sys.version_info >= (3, 11) else "-s", "-c", call, *words],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(site), "WETHINK_CONFIG": str(tmp_path / "wethink.yaml")},
            capture_output=True,
            text=True,
            timeout=120,
        )

    return run


VERBS = [
    (["recipe", "list"], "cpu/grpo"),
    (["evaluate", "rollouts.jsonl"], "accuracy"),
    (["recipe", "show", "config"], "weights:"),
    (["recipe", "show", "cpu/grpo"], "total_training_steps"),
    (["recipe", "show", "ablation/group_8", "--host", "easyr1"], "n: 8"),
    (
        [
            "recipe",
            "run",
            "verl/grpo_7b",
            "--with",
            "judge/rules",
            "--data",
            "rows.jsonl",
            "--val",
            "val.jsonl",
            "--model",
            "Qwen/Qwen2.5-VL-7B-Instruct",
            "--out",
            "trained",
            "--no-doctor",
            "--dry-run",
        ],
        "verl.trainer.main_ppo",
    ),
    (["path", "verl"], "pkg://wethink_plugins.adapters.verl"),
    (["path", "trl"], "make_reward"),
    (["path", "easyr1"], "adapters/easyr1.py:compute_score"),
    (["prompt", "easyr1", "--model", "model"], "{% for turn in messages %}"),
    (["grade", "4", "--gold", "4"], "right"),
    (["data", "fetch", "--parts", "parts", "--jsonl", "rows.jsonl", "--out", "fetched"], "next: wethink data validate"),
    (["data", "validate", "rows.jsonl"], "2"),
    (["data", "export", "verl", "rows.jsonl", "--out", "out.parquet"], "out.parquet"),
    (["data", "export", "easyr1", "rows.jsonl", "--out", "easyr1.parquet"], "easyr1.parquet"),
    (["data", "export", "llamafactory", "rows.jsonl", "--out", "lf"], "lf"),
    (["data", "export", "trl", "rows.jsonl", "--out", "trl.parquet"], "trl.parquet"),
    (["score", "rollouts.jsonl"], "fill_in_blank"),
    (["redteam"], "accepted: 0"),
    (["sweep", "rollouts.jsonl", "--out", "sweep"], "no training result"),
    (["shadow", "report", "shadow.jsonl", "--out", "shadow"], "2 of 2 rollouts compared"),
    (["watch", "run", "--page", "watch.html"], "no sign of trouble"),
    (["judge", "calibrate", "--out", "calibration"], "calibration.html"),
    (["judge", "stability"], "reordered"),
]


@pytest.mark.parametrize(("words", "says"), VERBS, ids=[" ".join(words[:3]) for words, _ in VERBS])
def test_verb(wethink, words, says):
    done = wethink(*words)
    assert done.returncode == 0, done.stdout + done.stderr
    assert says in done.stdout + done.stderr


def test_the_scripts_for_a_cluster_are_in_it(site):
    shipped = [file.name for file in (site / "wethink_plugins" / "_shipped" / "data_tools").iterdir()]
    assert {"fetch.py", "README.md"} <= set(shipped)


def test_doctor_says_which_host_is_missing(wethink):
    done = wethink("doctor", "verl", "--files-only")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "verl isn't here" in done.stdout + done.stderr


def test_serve_refuses_to_be_open_to_all_or_says_what_it_needs(wethink):
    done = wethink("serve", "--host", "0.0.0.0")
    assert done.returncode == 2, done.stdout + done.stderr
    assert "wethink-plugins[serve]" in done.stderr or "there is no token" in done.stderr


def test_generate_says_what_it_needs(wethink):
    done = wethink("generate", "rows.jsonl", "--model", "nowhere", "--out", "answers.jsonl")
    assert done.returncode == 2 and "nowhere" in done.stderr, done.stdout + done.stderr


def test_synthesis_finds_its_prompts_and_looks_for_pictures(wethink, site, tmp_path):
    (tmp_path / "empty").mkdir()
    shipped = (site / "wethink_plugins/_shipped/data_tools/synthesis/one_model.yaml").read_text()
    settings = yaml.safe_load(shipped)
    settings["models"] = {
        name: {**model, "endpoints": [{"base_url": "http://127.0.0.1:9/v1", "model": "m"}]}
        for name, model in settings["models"].items()
    }
    settings["images"] = [{"source": "mine", "folder": "empty"}]
    (tmp_path / "one_model.yaml").write_text(yaml.safe_dump(settings))
    done = wethink("synth", "run", "one_model.yaml", "--out", "run-of-none")
    assert done.returncode == 2 and "empty" in done.stderr, done.stdout + done.stderr


def test_no_verb_is_missing_here(wethink):
    """A new verb belongs into the table above."""
    commands = {
        line.split()[1] for line in wethink("--help").stdout.splitlines() if line[:2] == "│ " and line[2:3].isalpha()
    }
    assert commands, "the list of commands could not be read from --help"
    assert commands <= {words[0] for words, _ in VERBS} | {"doctor", "serve", "generate", "synth"}
