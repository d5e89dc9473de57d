"""The folder that the pages of docs/tasks begin from: each command of theirs finds in it what it says."""

import asyncio
import json

import pytest

pytest.importorskip("aiohttp")

from extension_models import served
from scripted_models import port_of, reply, scenes_of
from tryout import kept, write_tryout

from wethink_plugins import HybridReward, Sample
from wethink_plugins.config import WeThinkConfig
from wethink_plugins.datasets.validate import validate
from wethink_plugins.rewards.judge import Judgement
from wethink_plugins.rewards.replay import replay
from wethink_plugins.rewards.rollout import read_rollouts
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


def test_of_its_journal_only_what_was_lost_is_asked_of_the_judge(folder):
    class Agrees:
        async def judge(self, sample, answer):
            return Judgement("correct", "compared")

    config = WeThinkConfig.load(folder / "wethink.yaml")
    rollouts = read_rollouts(folder / "run")
    again = replay(rollouts, config, Agrees(), retry_unscored=True)
    lost = sum(one.line["status"] == "unscored" for one in rollouts)
    assert (again.asked, again.reused) == (lost, sum(one.line["method"] == "model" for one in rollouts) - lost)
    assert again.reused > again.asked > 0


def test_written_again_it_touches_nothing_that_others_put_there(folder):
    own = ["wethink.yaml", "rollouts.jsonl", "train.jsonl", "images/val-00-tell.png", "scenes.json"]
    own = [name for name in own if (folder / name).is_file()]
    before = {name: (folder / name).read_bytes() for name in own}
    others = ["scored.jsonl", "images/mine.png", "run/notes.txt", "run/journal/journal-7-0.jsonl", "rows/rows.jsonl"]
    for name in others:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("")
    (folder / "train.jsonl").write_text("spoilt")
    write_tryout(folder, 8010)
    assert {name: (folder / name).read_bytes() for name in own} == before
    assert all((folder / name).is_file() for name in others)
    assert kept(folder) == ["rows", "scored.jsonl"]
    assert len(list((folder / "run" / "journal").iterdir())) == 2, "its own journal isn't written twice"


PORTS = [
    ("as tryout.py wrote it", None, 8010),
    ("by hand", "http://127.0.0.1:8047/v1", 8047),
    ("none", "http://x", 8010),
]


@pytest.mark.parametrize(("why", "address", "port"), PORTS, ids=[case[0] for case in PORTS])
def test_the_models_listen_where_the_yaml_asks(folder, tmp_path, why, address, port):
    text = (folder / "wethink.yaml").read_text()
    (tmp_path / "wethink.yaml").write_text(text.replace("http://127.0.0.1:8010/v1", address) if address else text)
    assert port_of(tmp_path) == port


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
