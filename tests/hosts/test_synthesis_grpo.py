"""Rows that the synthesis made, all the way: validated, exported, and one GRPO step on them by the demo's own recipe."""

import json
import shutil
from collections import Counter

import pytest

pytest.importorskip("aiohttp", reason="needs the judge extra")

from tests.hosts.conftest import CHECKOUT, RECIPE
from tests.hosts.main_ppo import PROMPTS, ROLLOUTS, main_ppo
from tests.synthesis.scripted import Scripted
from wethink_plugins.rewards.journal import read_journal

pytestmark = [pytest.mark.host, pytest.mark.slow]
BEHAVIOURS = ["right", "vision_right", "text_right", "right", "neither_right", "lacks_ability", "bad_reasoning_once"]
IMAGES = 56


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    """The folder of a finished run."""
    folder = tmp_path_factory.mktemp("synthesis")
    with Scripted(folder, IMAGES, BEHAVIOURS) as scripted:
        scripted.run("run", scripted.yaml(), "--out", folder / "run", "--json")
    return folder / "run"


@pytest.fixture(scope="module")
def task(grpo, rows, tmp_path_factory):
    """The same as the demo's: data/train.jsonl and its pictures, a tiny model of random weights, a wethink.yaml."""
    folder = tmp_path_factory.mktemp("task")
    shutil.copytree(rows / "images", folder / "data")
    for split in ("train", "val"):
        shutil.copy(rows / "rows.jsonl", folder / "data" / f"{split}.jsonl")
    (folder / "wethink.yaml").write_text("judge: {offline: true}\n")
    (folder / "prompt.txt").write_text((CHECKOUT / "wethink_plugins/prompts/wethink.txt").read_text())
    grpo.run(
        "python", RECIPE / "tiny_model.py", "--rows", folder / "data/train.jsonl", "--out", folder / "model",
        "--system-prompt", folder / "prompt.txt", "--seed", 0,
    )  # fmt: skip
    return folder


def test_validation_finds_nothing(grpo, rows):
    done = grpo.run("wethink", "data", "validate", rows / "rows.jsonl", "--images", rows / "images", "--json")
    assert json.loads(done.stdout[done.stdout.index("{") :])["rejected"] == 0
    lines = [json.loads(line) for line in (rows / "rows.jsonl").read_text().splitlines()]
    assert len(lines) == IMAGES * 5 // 7
    assert set(Counter(line["category"] for line in lines)) == {"multiple_choice", "fill_in_blank", "descriptive"}
    assert {line["reward"] for line in lines if line["category"] == "descriptive"} == {"model"}


@pytest.mark.parametrize("host", ["verl", "trl", "easyr1", "llamafactory"])
def test_each_host_gets_every_row(grpo, task, host):
    out = task / "exported" / host / ("set" if host == "llamafactory" else "train.parquet")
    done = grpo.run(
        "wethink", "data", "export", host, task / "data/train.jsonl", "--images", task / "data", "--out", out, "--json",
        "--config", task / "wethink.yaml",
    )  # fmt: skip
    said = json.loads(done.stdout[done.stdout.index("{") :])
    assert (said["accepted"], said["rejected"]) == (IMAGES * 5 // 7, 0)


def test_one_step_of_the_demos_recipe_in_verl(grpo, task):
    done = main_ppo(grpo, task, "step", "reward.reward_manager.name=wethink", "trainer.total_training_steps=1")
    assert "step:1" in done.stdout and "critic/score/mean" in done.stdout
    lines = [line for line in read_journal(task / "step-journal") if line["split"] == "train"]
    assert len(lines) == PROMPTS * ROLLOUTS
    assert Counter(line["status"] for line in lines) == {"scored": len(lines)}
    golds = {json.loads(line)["answer"] for line in (task / "data/train.jsonl").read_text().splitlines()}
    assert {line["gold"] for line in lines} <= golds
    assert (task / "step" / "global_step_1" / "actor" / "huggingface" / "config.json").exists()


def test_two_steps_in_trl(grpo, task):
    done = grpo.run("python", CHECKOUT / "tests/hosts/trl_run.py", task, "good", WETHINK_JOURNAL=task / "trl-journal")
    assert "STEPS 2" in done.stdout and "wethink/accuracy" in done.stdout
