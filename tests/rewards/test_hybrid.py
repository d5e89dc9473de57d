"""The hybrid reward from outside: routing, weights, statuses, fixed metrics, loud refusals."""

import asyncio
import concurrent.futures
import copy
import math
import pickle
import sys
import threading
import time

import pytest

from tests.rewards.judges import ScriptedJudge
from wethink_plugins import HybridReward
from wethink_plugins.errors import ConfigError, JudgeRequired, SampleError, TermError
from wethink_plugins.score import METRIC_KEYS

OFFLINE = {"judge": {"offline": True}}

ROUTES = [
    ("fill in the blank, right", {"answer": "4", "gold": "4"}, 1.0, "rule"),
    ("fill in the blank, wrong", {"answer": "5", "gold": "4"}, 0.3, "rule"),
    ("multiple choice by letter", {"answer": "B", "gold": "B", "options": ("red", "blue")}, 1.0, "rule"),
    ("multiple choice by text", {"answer": "blue", "gold": "B", "options": ("red", "blue")}, 1.0, "rule"),
    ("options in the question", {"answer": "blue", "gold": "B", "question": "Which?\nA. red\nB. blue"}, 1.0, "rule"),
    (
        "descriptive, exact",
        {"answer": "two red cars", "gold": "Two red cars.", "question_type": "descriptive"},
        1.0,
        "model",
    ),
    (
        "descriptive, partly",
        {"answer": "two blue cars", "gold": "two red cars", "question_type": "descriptive"},
        0.51,
        "model",
    ),
    ("descriptive, wrong", {"answer": "a dog", "gold": "two red cars", "question_type": "descriptive"}, 0.3, "model"),
    ("spelled another way", {"answer": "4", "gold": "4", "question_type": "Fill-in-the-Blank"}, 1.0, "rule"),
    ("right without format", {"gold": "4", "response": "<answer>4</answer>"}, 0.7, "rule"),
    (
        "no closed answer asks no judge",
        {"gold": "a dog", "response": "a dog", "question_type": "descriptive"},
        0.0,
        "none",
    ),
]


@pytest.mark.parametrize(("why", "fields", "overall", "method"), ROUTES, ids=[case[0] for case in ROUTES])
def test_routes_and_weights(sample_of, why, fields, overall, method):
    score = HybridReward.from_config(OFFLINE).score(sample_of(**fields))
    assert score.overall == pytest.approx(overall)
    assert (score.method, score.status) == (method, "scored")
    assert score.reason


FAULTS = [
    ("mostly", "scored", 0.7, "as told"),
    ("down", "unscored", None, "429"),
    ("bug", "unscored", None, "a bug in the judge"),
    ("nonsense", "unscored", None, "no tier"),
    ("slow", "unscored", None, "no verdict within"),
    ("deaf", "unscored", None, "no verdict within"),
    ("cancelled", "unscored", None, "cancelled its own call"),
    ("nothing", "unscored", None, "not a Judgement"),
    ("filtered", "ungradable", 0.0, "content filter"),
]


@pytest.mark.parametrize(("says", "status", "accuracy", "reason"), FAULTS, ids=[case[0] for case in FAULTS])
def test_a_judge_failure_is_never_a_score(sample_of, says, status, accuracy, reason):
    reward = HybridReward.from_config({"judge": {"deadline_s": 0.2}}, judge=ScriptedJudge())
    score = reward.score(sample_of(says, "gold", question_type="descriptive"))
    assert (score.status, score.accuracy) == (status, accuracy)
    assert reason in score.reason
    assert (score.overall is None) == (status == "unscored")
    assert set(score.metrics()) == set(METRIC_KEYS)
    assert all(math.isfinite(value) for value in score.metrics(imputed=0.5).values())


def test_batch_is_in_order_concurrent_and_ends_at_its_deadline(sample_of):
    judge = ScriptedJudge()
    reward = HybridReward.from_config({"judge": {"batch_deadline_s": 0.5}}, judge=judge)
    answers = ["correct", "slow", "wrong", "mostly"] * 8
    scores = reward.score_batch([sample_of(a, "gold", question_type="descriptive") for a in answers])
    assert [s.accuracy for s in scores[:4]] == [1.0, None, 0.0, 0.7]
    assert "batch deadline" in scores[1].reason
    assert judge.most_running == len(answers)


def test_a_judge_that_ignores_its_deadline_holds_nobody_up(sample_of):
    judge = ScriptedJudge()
    reward = HybridReward.from_config({"judge": {"deadline_s": 0.1}}, judge=judge)
    reward.score(sample_of("deaf", "gold", question_type="descriptive"))
    assert judge.running == 1, "it goes on for 5 s"


def test_nothing_is_asked_once_the_batch_is_over(sample_of):
    judge = ScriptedJudge()
    reward = HybridReward.from_config({"judge": {"batch_deadline_s": 1e-9}}, judge=judge)
    (score,) = reward.score_batch([sample_of("correct", "gold", question_type="descriptive")])
    assert (score.status, score.metrics()["judge_called"], judge.most_running) == ("unscored", 0.0, 0)


def test_a_bad_row_ends_the_judging_of_its_batch(sample_of):
    judge = ScriptedJudge()
    reward = HybridReward.from_config(judge=judge)
    with pytest.raises(SampleError):
        reward.score_batch([sample_of("slow", "gold", question_type="descriptive"), sample_of(response=None)])
    reward.score(sample_of("correct", "gold", question_type="descriptive"))
    assert judge.running == 0


def test_closing_ends_a_call_that_waits_and_the_next_one_works(sample_of):
    judge = ScriptedJudge()
    reward = HybridReward.from_config(judge=judge)

    def close():
        while not judge.running:
            time.sleep(0.01)
        reward.close()

    threading.Thread(target=close, daemon=True).start()
    with pytest.raises(concurrent.futures.CancelledError):
        reward.score(sample_of("slow", "gold", question_type="descriptive"))
    assert reward.score(sample_of()).overall == 1.0
    reward.close()


def test_many_threads_and_a_generator_get_every_score(sample_of):
    reward = HybridReward.from_config()
    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        scores = list(pool.map(lambda i: reward.score(sample_of(id=str(i))).overall, range(500)))
    assert scores == [1.0] * 500
    assert len(HybridReward.from_config().score_batch(sample_of() for _ in range(3))) == 3
    assert reward.score_batch([]) == []


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda thing: pickle.loads(pickle.dumps(thing))])
def test_samples_and_rewards_can_be_sent_to_another_process(sample_of, copied):
    sample = copied(sample_of(meta={"step": 1}))
    assert copied(sample_of()).meta == {}
    reward = HybridReward.from_config(OFFLINE)
    assert copied(reward).score(sample).overall == reward.score(sample).overall


def test_the_four_ways_to_call_agree_even_inside_a_running_loop(sample_of):
    reward = HybridReward.from_config(OFFLINE)
    sample = sample_of("two blue cars", "two red cars", question_type="descriptive")

    async def all_ways():
        return [
            await reward.ascore(sample),
            *await reward.ascore_batch([sample]),
            reward.score(sample),
            *reward.score_batch([sample]),
        ]

    assert {score.overall for score in asyncio.run(all_ways())} == {reward.score(sample).overall}


REFUSALS = [
    ("no gold", {"gold": " "}, SampleError, "answer"),
    ("no text", {"response": None}, SampleError, "response"),
    ("no question", {"question": None}, SampleError, "question"),
    ("a gold that is no text", {"gold": {"answer": "4"}}, SampleError, "answer"),
    ("options in one text", {"options": "AB"}, SampleError, "options"),
    ("options by letter", {"options": {"A": "red", "B": "blue"}}, SampleError, "options"),
    ("options that are no texts", {"options": [3, 4]}, SampleError, "options"),
    ("no meta", {"meta": None}, SampleError, "meta"),
    ("unknown type", {"question_type": "riddle"}, SampleError, "aliases.question_type"),
    ("unknown method", {"reward_method": "magic"}, SampleError, "aliases.reward_method"),
    ("no judge", {"question_type": "descriptive"}, JudgeRequired, "judge.offline"),
    ("no judge, no answer", {"question_type": "descriptive", "response": "Hm."}, JudgeRequired, "judge.offline"),
]


@pytest.mark.parametrize(("why", "fields", "error", "says"), REFUSALS, ids=[case[0] for case in REFUSALS])
def test_what_cannot_be_scored_is_refused_with_its_row(sample_of, why, fields, error, says):
    with pytest.raises(error, match="row row-1") as caught:
        HybridReward.from_config().score(sample_of(**fields))
    assert says in str(caught.value)


def test_rows_that_need_a_judge_are_refused_before_anything_is_loaded(sample_of):
    with pytest.raises(JudgeRequired, match="row row-1"):
        HybridReward.from_config().require([sample_of(response="", question_type="descriptive")])
    HybridReward.from_config(OFFLINE).require([sample_of(response="", question_type="descriptive")])


def test_undecided_is_wrong_and_counted_or_goes_to_the_judge(sample_of):
    sample = sample_of("mostly", "crimson", question_type="fill_in_blank")
    plain = HybridReward.from_config().score(sample)
    assert (plain.accuracy, plain.metrics()["rule_undecided"]) == (0.0, 1.0)
    asked = HybridReward.from_config({"rules": {"escalate": True}}, judge=ScriptedJudge()).score(sample)
    assert (asked.accuracy, asked.metrics()["judge_called"]) == (0.7, 1.0)


def brief(sample, score):
    return 1.0 if len(sample.response) < 100 else 0.0


def broken(sample, score):
    return float("nan")


def huge(sample, score):
    return 1e308


def asks_itself(sample, score):
    return REWARDS[0].score(sample).overall


def leaves(sample, score):
    sys.exit(3)


REWARDS = []
NOT_A_FUNCTION = 3
BROKEN_TERMS = [
    ("overflows", "huge", TermError, "1e\\+308"),
    ("would wait for itself", "asks_itself", TermError, "can't wait for its own reward"),
    ("ends the process", "leaves", SystemExit, "3"),
    ("is no function", "NOT_A_FUNCTION", ConfigError, "terms.own: .* is a number"),
]


@pytest.mark.parametrize(("why", "function", "error", "says"), BROKEN_TERMS, ids=[case[0] for case in BROKEN_TERMS])
def test_a_broken_term_is_an_error_and_never_a_hang(sample_of, why, function, error, says):
    terms = [{"name": "own", "weight": 100, "function": f"{__name__}:{function}"}]
    with pytest.raises(error, match=says):
        REWARDS[:] = [HybridReward.from_config({"terms": terms})]
        REWARDS[0].score(sample_of())


def test_own_terms_add_to_the_reward_and_broken_ones_are_named(sample_of):
    term = {"name": "brief", "weight": 0.1, "function": f"{__name__}:brief"}
    score = HybridReward.from_config({"terms": [term]}).score(sample_of())
    assert score.overall == pytest.approx(1.1)
    assert score.extra["terms"] == {"brief": 1.0}
    with pytest.raises(TermError, match=r"row row-1: term broken: returned nan"):
        HybridReward.from_config({"terms": [{**term, "name": "broken", "function": f"{__name__}:broken"}]}).score(
            sample_of()
        )
    with pytest.raises(ConfigError, match="nowhere"):
        HybridReward.from_config({"terms": [{**term, "function": f"{__name__}:nowhere"}]})


def test_metrics_by_type_count_only_what_was_scored(sample_of):
    reward = HybridReward.from_config(judge=ScriptedJudge())
    samples = [sample_of(a, "gold", question_type="descriptive") for a in ("correct", "down", "partly")]
    metrics = [score.metrics() for score in reward.score_batch(samples)]
    assert sum(m["descriptive_count"] for m in metrics) == 2
    assert sum(m["descriptive_accuracy_sum"] for m in metrics) == pytest.approx(1.3)
    assert sum(m["unscored"] for m in metrics) == 1
