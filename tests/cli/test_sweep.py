"""`wethink sweep`, `wethink shadow report` and `wethink score` of a journal, as they are typed."""

import json

import pytest

from tests.rewards.judges import ScriptedJudge
from wethink_plugins import HybridReward
from wethink_plugins.config import WeThinkConfig
from wethink_plugins.rewards.shadow import Shadow


def by_length(response):
    return float(len(response))


@pytest.fixture
def journal(tmp_path, sample_of):
    """One group that a scripted judge scored, beside a reward that pays length."""
    folder = tmp_path / "journal"
    config = {"journal": {"path": str(folder)}, "shadow": {"active": f"{__name__}:by_length"}}
    shadow = Shadow(WeThinkConfig.load(config), ScriptedJudge())
    answers = ("correct", "mostly", "partly", "wrong")
    samples = [sample_of(a, "gold", id=a, group="g", question_type="descriptive", meta={"step": 1}) for a in answers]
    shadow.note(lambda: samples, [shadow.call(sample.response) for sample in samples])
    shadow.close()
    return folder


def test_sweep_in_a_table_in_json_and_on_a_page(journal, tmp_path, wethink):
    code, printed, errors = wethink("sweep", journal, "--out", tmp_path / "out")
    assert (code, errors) == (0, []) and "no training result" in printed
    assert "accuracy 0.5, format 0.5" in printed and "unscored zero" in printed
    assert "<svg" in (tmp_path / "out" / "sweep.html").read_text()
    report = json.loads((tmp_path / "out" / "sweep.json").read_text())
    assert (report["rollouts"], report["groups_of_two_and_more"], report["judged"]) == (4, 1, 4)
    words = ("--weights", "0.5,0.9", "--tiers", "mostly=0.3,partly=0.3", "--tiers", "mostly=0", "--unscored", "zero")
    code, printed, _ = wethink("sweep", journal, *words, "--json")
    assert code == 2, "mostly=0 pays less than partly: refused"
    words = ("--weights", "0.5,0.9", "--tiers", "mostly=0.3,partly=0.3", "--tiers", "mostly=0.9", "--unscored", "zero")
    report = json.loads(wethink("sweep", journal, *words, "--json")[1])
    assert len(report["settings"]) == 4 and report["settings"][0]["kendall"] < 1


BAD = [
    (("--weights", "much"), "'much' is no number"),
    (("--tiers", "mostly"), "'mostly' isn't NAME=VALUE"),
    (("--tiers", "mostly=x"), "'x' is no number"),
    (("--weights", "2"), "2 is no share of 1"),
    (("--weights", "nan"), "nan is no share of 1"),
    (("--tiers", "best=1"), "correct, mostly, partly, wrong"),
    (("--unscored", "two"), "'two' is no policy"),
    (("--weights", "0.5", "--grid", "grid.yaml"), "either the file or the options"),
    (("--grid", "nowhere.yaml"), "nowhere.yaml: no such file"),
]


@pytest.mark.parametrize(("words", "says"), BAD, ids=[says for _, says in BAD])
def test_a_grid_that_cannot_be(journal, wethink, words, says):
    ended, printed, errors = wethink("sweep", journal, *words)
    text = " ".join(" ".join(errors).replace("│", " ").split())
    assert (ended, printed) == (2, "") and says in text


def test_sweep_by_a_file(journal, tmp_path, wethink):
    (tmp_path / "grid.yaml").write_text("weights: [{accuracy: 0.2, format: 0.8}]\nunscored: [left_out]\n")
    report = json.loads(wethink("sweep", journal, "--grid", tmp_path / "grid.yaml", "--json")[1])
    assert [one["setting"] for one in report["settings"]] == ["accuracy 0.2, format 0.8, unscored left_out"]


def test_score_of_a_journal_with_new_weights_asks_no_judge(journal, tmp_path, wethink):
    (tmp_path / "new.yaml").write_text("weights: {accuracy: 1.0, format: 0.0}\nshadow: {active: 'x:y'}\n")
    code, printed, _ = wethink("score", journal, "--config", tmp_path / "new.yaml", "--out", tmp_path / "s.jsonl")
    assert code == 0 and "4 from the journal, 0 asked of the judge" in printed
    paid = [json.loads(text)["overall"] for text in (tmp_path / "s.jsonl").read_text().splitlines()]
    assert sorted(paid) == [0.0, 0.3, 0.7, 1.0]
    assert wethink("score", journal, "--out", tmp_path / "same.jsonl")[0] == 0
    paid = [json.loads(text)["overall"] for text in (tmp_path / "same.jsonl").read_text().splitlines()]
    assert sorted(paid) == [0.3, 0.51, 0.79, 1.0], "without the tails of floating point"
    (tmp_path / "other.yaml").write_text("judge: {prompt: another}\n")
    code, _, errors = wethink("score", journal, "--config", tmp_path / "other.yaml")
    assert code == 2 and "needs a judge" in errors[-1]
    assert "stored verdicts not used: the judge's settings were others" in errors[0]


def test_shadow_report(journal, tmp_path, wethink):
    code, printed, errors = wethink("shadow", "report", journal, "--out", tmp_path / "out")
    assert (code, errors) == (0, []) and "4 of 4 rollouts compared" in printed and "4 judge calls" in printed
    assert "no training by ours" in printed
    assert "Where they differ most" in (tmp_path / "out" / "shadow.html").read_text()
    found = json.loads(wethink("shadow", "report", journal, "--cards", 1, "--json")[1])
    assert len(found["cards"]) == 1 and found["advantages"]["groups"] == 1


def test_shadow_report_of_an_ordinary_journal_is_one_line(tmp_path, sample_of, wethink):
    reward = HybridReward.from_config({"journal": {"path": str(tmp_path / "j")}})
    reward.score(sample_of())
    reward.close()
    code, printed, errors = wethink("shadow", "report", tmp_path / "j")
    assert (code, printed, len(errors)) == (2, "", 1) and "holds no line of shadow mode" in errors[0]
