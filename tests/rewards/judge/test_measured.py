"""Calibration, stability and replay of a judge behind HTTP."""

import json

import pytest

from tests.cli.conftest import wethink  # noqa: F401  a fixture
from tests.rewards.judge.conftest import settings
from tests.servers import ModelServer
from tests.servers.script import marked
from wethink_plugins import HybridReward
from wethink_plugins.config import WeThinkConfig
from wethink_plugins.rewards.judge import judge_from
from wethink_plugins.rewards.judge.calibration import calibrate
from wethink_plugins.rewards.judge.labelled import LabelledRow, read_labelled
from wethink_plugins.rewards.judge.stability import stability
from wethink_plugins.rewards.replay import replay
from wethink_plugins.rewards.rollout import read_rollouts

ROWS = read_labelled()[:12]


@pytest.fixture
def server():
    with ModelServer(text="VERDICT: partly") as running:
        yield running


def test_each_repeat_reaches_the_server_and_the_second_calibration_none(server, tmp_path):
    config = WeThinkConfig.load(settings(server, store=str(tmp_path / "calls.sqlite")))
    for _ in range(2):
        report = calibrate(judge_from(config), config, ROWS, repeats=3, rounds=0)
        assert report["with_opinion"] == len(ROWS) and report["repeats"]["changed"] == 0
        assert {said for row in report["confusion"].values() for said, n in row.items() if n} == {"partly"}
    assert len(server.log()) == 3 * len(ROWS)


def test_faults_are_no_opinions(server):
    config = WeThinkConfig.load(settings(server, deadline_s=2))
    bad = [
        LabelledRow("gone", "What is seen?", "a red car", marked("a car", "drop"), "mostly"),
        LabelledRow("filtered", "What is seen?", "a red car", marked("a red car", "filter"), "correct"),
    ]
    report = calibrate(judge_from(config), config, [*ROWS, *bad], rounds=0)
    assert (report["unscored"], report["ungradable"], report["with_opinion"]) == (1, 1, len(ROWS))


def test_stability_asks_for_every_edit(server):
    config = WeThinkConfig.load(settings(server))
    report = stability(judge_from(config), config, ROWS, repeats=2)
    assert len(server.log()) == report["calls"] and report["no_opinion"] == 0
    assert {line["changed"] for line in report["edits"]} <= {0, None}


def test_a_journal_is_scored_again_without_the_server_until_the_prompt_is_another(server, tmp_path, described):
    prompt = tmp_path / "prompt.txt"
    from wethink_plugins.rewards.judge.prompt import judge_prompt

    prompt.write_text(judge_prompt("default").text)
    values = settings(server, prompt=str(prompt)) | {"journal": {"path": str(tmp_path / "journal")}}
    reward = HybridReward.from_config(values)
    reward.score_batch([described(f"A dog number {i}.", id=str(i)) for i in range(5)])
    reward.close()
    asked = len(server.log())
    again = replay(read_rollouts(tmp_path / "journal"), WeThinkConfig.load(values))
    assert (again.reused, again.asked, len(server.log())) == (5, 0, asked)
    assert [score.tier for score in again.scores] == ["partly"] * 5
    prompt.write_text(prompt.read_text() + "\nBe strict.\n")
    again = replay(read_rollouts(tmp_path / "journal"), WeThinkConfig.load(values))
    assert (again.reused, again.asked, len(server.log())) == (0, 5, asked + 5)


def test_calibrate_as_typed(server, tmp_path, wethink):  # noqa: F811
    file = tmp_path / "wethink.yaml"
    file.write_text(json.dumps(settings(server)))
    code, printed, errors = wethink("judge", "calibrate", "--config", file, "--rounds", 0, "--min-kappa", 0.5, "--json")
    assert code == 1 and "below 0.5" in errors[-1]
    assert json.loads(printed)["judge"] == "scripted"
