"""Scoring a journal again: stored verdicts stay while the judge is the same, and cost no call."""

import json

import pytest

from tests.rewards.judges import ScriptedJudge
from wethink_plugins import HybridReward
from wethink_plugins.config import WeThinkConfig
from wethink_plugins.errors import ConfigError, JudgeRequired, SampleError, WeThinkError
from wethink_plugins.rewards.journal import read_journal
from wethink_plugins.rewards.replay import by_other_judges, replay
from wethink_plugins.rewards.rollout import read_rollouts
from wethink_plugins.rewards.sweep import NO_TRAINING, Setting, default_settings, grid, grid_file, overall, sweep

ANSWERS = ["correct", "mostly", "partly", "wrong", "down", "filtered"]
BASE = WeThinkConfig()


class Counting(ScriptedJudge):
    """Also says how often it was asked, and something else than what it said then."""

    calls = 0

    async def judge(self, sample, answer):
        self.calls += 1
        return await super().judge(sample, "wrong")


@pytest.fixture
def journal(tmp_path, sample_of):
    """Of a run whose judge was scripted: two groups of descriptive answers, one of blanks."""
    config = {"journal": {"path": str(tmp_path / "journal")}}
    reward = HybridReward.from_config(config, judge=ScriptedJudge())
    samples = [
        sample_of(a, "gold", id=f"{g}{a}", group=g, question_type="descriptive", meta={"step": 1})
        for g in ("g1", "g2")
        for a in ANSWERS
    ]
    samples += [sample_of(a, "4", id=f"b{a}", group="g3", meta={"step": 1}) for a in ("4", "5")]
    reward.score_batch(samples)
    reward.close()
    return tmp_path / "journal"


def test_the_same_configuration_gives_the_same_scores_without_a_judge(journal):
    rollouts = read_rollouts(journal)
    again = replay(rollouts, BASE)
    assert (again.reused, again.asked) == (12, 0)
    for rollout, score in zip(rollouts, again.scores, strict=True):
        assert (score.overall, score.tier, score.status) == tuple(
            rollout.line[key] for key in ("overall", "tier", "status")
        ), rollout.sample.id


CHANGES = [
    ("weights", {"weights": {"accuracy": 1.0, "format": 0.0}}, 0),
    ("what tiers are worth", {"judge": {"tiers": {"correct": 1, "mostly": 0.5, "partly": 0, "wrong": 0}}}, 0),
    ("limits", {"judge": {"deadline_s": 1}}, 0),
    ("the judge", {"judge": {"prompt": "another"}}, 12),
    ("which judge", {"judge": {"offline": True}}, 12),
    ("the style, so that no answer is read", {"style": "boxed"}, 0),
]


@pytest.mark.parametrize(("why", "config", "calls"), CHANGES, ids=[case[0] for case in CHANGES])
def test_a_judge_is_asked_only_when_it_is_another_one(journal, why, config, calls):
    judge = Counting()
    again = replay(read_rollouts(journal), WeThinkConfig.load(config), judge)
    assert (judge.calls, again.asked) == (calls, calls)
    assert by_other_judges(read_rollouts(journal), WeThinkConfig.load(config)) == (10 if calls else 0), (
        "two are unscored"
    )


def test_unscored_stays_unscored_unless_it_is_asked_again(journal):
    rollouts, judge = read_rollouts(journal), Counting()
    kept = replay(rollouts, BASE, judge)
    assert [s.reason for s in kept.scores if s.status == "unscored"] == ["429 for 60 s"] * 2
    assert judge.calls == 0
    asked = replay(rollouts, BASE, judge, retry_unscored=True)
    assert judge.calls == 2 and all(score.status != "unscored" for score in asked.scores)


def test_without_a_judge_a_missing_verdict_is_an_error_with_its_row(journal):
    with pytest.raises(JudgeRequired, match="row g1"):
        replay(read_rollouts(journal), WeThinkConfig.load({"judge": {"prompt": "another"}}))


def test_nothing_is_written_to_the_journal_that_is_read(journal, monkeypatch):
    monkeypatch.setenv("WETHINK_JOURNAL", str(journal))
    before = list(read_journal(journal))
    replay(read_rollouts(journal), WeThinkConfig.load({"journal": {"path": str(journal)}}))
    assert list(read_journal(journal)) == before


UNREADABLE = [
    ({"solution": "4"}, "answer: is missing, and the line has `solution`", "is that it? rename it to answer"),
    ({}, "answer: is missing", "each line needs response and answer"),
    ({"answer": None}, "answer: is null, not text", "write it as a string"),
    ({"answer": True}, "answer: is true or false, not text", "write it as a string"),
    ({"answer": "4", "response": ["4"]}, "response: is a list, not text", "write it as a string"),
    ({"answer": "4", "group": [1]}, "group: is a list", "write a text or a number"),
    ({"answer": "4", "step": {"a": 1}}, "step: is an object", "write a text or a number"),
    ({"gold": None, "answer": "4"}, "gold: is null, not text", "write it as a string"),
]


@pytest.mark.parametrize(("fields", "problem", "fix"), UNREADABLE, ids=lambda value: str(value)[:30])
def test_a_saved_line_that_cannot_be_read_says_what_it_has_instead(tmp_path, fields, problem, fix):
    file = tmp_path / "rollouts.jsonl"
    file.write_text(json.dumps({"id": "r7", "response": "<think>a</think><answer>4</answer>", **fields}) + "\n")
    with pytest.raises(SampleError) as error:
        read_rollouts(file)
    for part in ("rollouts.jsonl:1", "r7", problem, fix):
        assert part in str(error.value)


def test_a_number_as_answer_or_option_is_taken_as_it_prints(tmp_path):
    file = tmp_path / "rollouts.jsonl"
    line = {"id": "r7", "question": "How many?", "answer": 3, "response": "<think>a</think><answer>3</answer>"}
    file.write_text(json.dumps(line) + "\n" + json.dumps({**line, "answer": "B", "options": [2, 3.5]}) + "\n")
    plain, choice = (rollout.sample for rollout in read_rollouts(file))
    assert (plain.answer, choice.options) == ("3", ("2", "3.5"))
    assert replay(read_rollouts(file), BASE).scores[0].accuracy == 1.0


SETTINGS = [
    Setting(weights={"accuracy": 0.5, "format": 0.5}),
    Setting(tiers={"mostly": 0.4, "partly": 0.1}),
    Setting(weights={"accuracy": 1.0, "format": 0.0}, tiers={"wrong": 0.2}),
]


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_the_arithmetic_of_a_sweep_is_the_reward_itself(journal, setting):
    rollouts = read_rollouts(journal)
    config = setting.applied(BASE)
    quick = [overall(score, config) for score in replay(rollouts, BASE).scores]
    assert quick == [pytest.approx(score.overall) for score in replay(rollouts, config).scores]


def test_a_sweep_of_this_journal(journal):
    rollouts = read_rollouts(journal)
    scores = replay(rollouts, BASE).scores
    settings = [Setting(), Setting(tiers={"mostly": 0.0, "partly": 0.0}), Setting(unscored="zero"), *SETTINGS]
    report = sweep(rollouts, scores, BASE, settings)
    same, binary, zero, *_ = report["settings"]
    assert (report["rollouts"], report["groups"], report["unscored"]) == (14, 3, 2)
    assert (same["sign_flips"], same["shift"], same["kendall"]) == (0, 0, 1)
    assert binary["kendall"] < 1 and binary["shift"] > 0.1
    assert zero["pushed_or_not"] == pytest.approx(2 / 14), "the two that nobody judged are pushed down"
    assert report["note"] == NO_TRAINING
    json.dumps(report, allow_nan=False)


def test_settings_combine_and_have_names():
    combined = grid([{"accuracy": 0.5, "format": 0.5}, {}], [{"mostly": 0.5}], ["mean", "zero"])
    assert [one.name for one in combined] == [
        "accuracy 0.5, format 0.5, mostly 0.5",
        "accuracy 0.5, format 0.5, mostly 0.5, unscored zero",
        "mostly 0.5",
        "mostly 0.5, unscored zero",
    ]
    assert len({one.name for one in default_settings()}) == len(default_settings())


BAD_GRIDS = [
    ("weights: 3", "is no grid"),
    ("heights: []", "is no grid"),
    ("- 1", "is no grid"),
    ("tiers: [3]", "tiers"),
    ("unscored: [nothing]", "'nothing' is no policy"),
    ("weights: [", "can't be read"),
]


@pytest.mark.parametrize(("text", "says"), BAD_GRIDS)
def test_a_grid_that_is_none(tmp_path, text, says):
    (tmp_path / "grid.yaml").write_text(text)
    with pytest.raises(ConfigError, match=says):
        grid_file(tmp_path / "grid.yaml")


@pytest.mark.parametrize("whole", [True, False], ids=["folder", "file"])
def test_a_last_line_cut_short_is_left_out_and_told(journal, whole, caplog):
    (file,) = journal.glob("*.jsonl")
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(lines)[:-20])
    assert len(read_rollouts(journal if whole else file)) == len(lines) - 1
    (told,) = caplog.messages
    assert f"{file}:{len(lines)}: 1 line skipped" in told


@pytest.mark.parametrize("whole", [True, False], ids=["folder", "file"])
@pytest.mark.parametrize("place", [0, 3, -1], ids=["first", "middle", "last, but whole"])
def test_any_other_broken_line_is_named(journal, whole, place):
    (file,) = journal.glob("*.jsonl")
    lines = file.read_text().splitlines()
    lines[place] = lines[place][:-20]
    file.write_text("\n".join(lines) + "\n")
    with pytest.raises(WeThinkError, match="not valid JSON") as told:
        read_rollouts(journal if whole else file)
    assert f"{file}:{place % len(lines) + 1}" in str(told.value)


def test_a_runs_folder_is_read_as_its_journal(journal, tmp_path):
    run = tmp_path / "a-run"
    run.mkdir()
    journal.rename(run / "journal")
    (run / "train.log").write_text("step:1\n")
    assert len(read_rollouts(run)) == len(read_rollouts(run / "journal")) > 0
