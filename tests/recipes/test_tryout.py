"""The folder that the pages of docs/tasks begin from: each command of theirs finds in it what it says."""

import asyncio
import json

import pytest

pytest.importorskip("aiohttp")

from extension_models import served
from scripted_models import reply, scenes_of
from tryout import write_tryout

from wethink_plugins import HybridReward, Sample
from wethink_plugins.datasets.validate import validate
from wethink_plugins.synthesis.config import SynthesisConfig
from wethink_plugins.watch.journal import JournalFollower
from wethink_plugins.watch.signs import Run, signs


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("made") / "tryout"
    write_tryout(made, 8010)
    return made


def lines(file):
    return [json.loads(line) for line in file.read_text().splitlines()]


@pytest.mark.parametrize(("name", "rows"), [("train.jsonl", 60), ("val.jsonl", 12)])
def test_every_row_is_accepted(folder, name, rows):
    found = validate(folder / name, config=folder / "wethink.yaml")
    assert (len(found.rows), len(found.rejects)) == (rows, 0)
    assert {row.question_type for row in found.rows} == {"multiple_choice", "fill_in_blank", "descriptive"}


def test_the_journal_has_the_sign_that_its_page_speaks_of(folder):
    follower = JournalFollower(folder / "run")
    follower.refresh()
    assert [step.step for step in follower.steps] == list(range(1, 13))
    assert [sign.name for sign in signs(Run(follower.steps, {}, follower.verdicts))] == ["judge_fails"]


VERDICTS = [
    ("3 red squares", "3 red squares", "correct"),
    ("3 red squares", "3 blue squares", "mostly"),
    ("3 red squares", "2 blue squares", "partly"),
    ("3 red squares", "2 blue circles", "wrong"),
    ("It runs along the beach.", "The dog runs along the beach", "correct"),
    ("It runs along the beach.", "A cat sleeps", "wrong"),
]


def test_the_scripted_judge_is_asked_over_http_and_knows_shapes(folder):
    scenes = scenes_of(folder)
    with served(lambda body: reply(body, scenes)) as address:
        judge = {"endpoints": [{"base_url": address, "model": "scripted"}], "store": None}
        reward = HybridReward.from_config({"judge": judge})
        samples = [
            Sample(str(i), None, "Describe it.", f"<think>I look.</think><answer>{said}</answer>", gold, "descriptive")
            for i, (gold, said, _) in enumerate(VERDICTS)
        ]
        scores = asyncio.run(reward.ascore_batch(samples))
        reward.close()
    assert [score.tier for score in scores] == [tier for *_, tier in VERDICTS]


def test_the_pipeline_finds_its_pictures(folder):
    config = SynthesisConfig.load(folder / "synthesis.yaml")
    assert len(list((folder / "pictures").glob("*.png"))) == 24 == len(scenes_of(folder))
    assert config.images[0].source == "scenes"


def test_the_model_that_is_none_gets_the_system_prompt(tmp_path):
    pytest.importorskip("tokenizers")
    from tryout_model import files

    from wethink_plugins.prompts import system_prompt
    from wethink_plugins.prompts.apply import example, template_for

    for name, content in files(["How many shapes are there?"]).items():
        (tmp_path / name).write_text(content)
    shown = example(tmp_path, template_for(tmp_path, system_prompt()))
    assert shown.startswith(f"<|im_start|>system\n{system_prompt()}<|im_end|>") and "You are a stand-in" not in shown
