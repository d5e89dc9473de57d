"""The first batch is shown once, and what looks wrong in it is shouted."""

import logging

import pytest

from tests.rewards.judges import ScriptedJudge
from wethink_plugins import HybridReward


def first_batch_log(config, samples, caplog):
    with caplog.at_level(logging.WARNING):
        HybridReward.from_config(config).score_batch(samples)
    return caplog.text


def test_five_samples_with_reasons_once(sample_of, caplog):
    reward = HybridReward.from_config()
    for _ in range(2):
        reward.score_batch([sample_of(id=f"row-{i}") for i in range(8)])
    assert caplog.text.count("as written") == 5
    assert "CHECK THIS" not in caplog.text


SHOUTS = [
    ("another style", {}, {"response": r"<think>a</think> \boxed{4}"}, "set `style: boxed`"),
    (
        "only a box",
        {},
        {"response": r"It is \boxed{4}."},
        "3 of 3 have an answer as in boxed, though not its whole form: set",
    ),
    ("no system prompt", {}, {"response": "It is four."}, "is the system prompt in place?"),
    ("no answers", {}, {"response": "It is four."}, "no answer could be read"),
    ("a type all wrong", {}, {"answer": "5"}, "all 3 fill_in_blank samples have accuracy 0"),
]


@pytest.mark.parametrize(("why", "config", "fields", "shout"), SHOUTS, ids=[case[0] for case in SHOUTS])
def test_shouts(sample_of, caplog, why, config, fields, shout):
    text = first_batch_log(config, [sample_of(**fields) for _ in range(3)], caplog)
    assert "CHECK THIS" in text
    assert shout in text


ASKED = [
    ("down", ["down"] * 30 + [None] * 10, ["30 of 30 samples that needed the judge could not be scored: 429 for 60 s"]),
    ("half", ["down", "wrong", "wrong", None], ["1 of 3 samples", "all 2 descriptive samples have accuracy 0"]),
    ("filtered", ["filtered"] * 3, ["3 of 3 samples that needed the judge were ungradable: "]),
    ("tolerated", ["down", *["correct"] * 9], []),
    ("no answers", [None, None, "correct"], []),
]


@pytest.mark.parametrize(("why", "answers", "shouts"), ASKED, ids=[case[0] for case in ASKED])
def test_what_the_judge_did_not_settle_is_no_accuracy(sample_of, caplog, why, answers, shouts):
    """None stands for a response without an answer."""
    reward = HybridReward.from_config({}, judge=ScriptedJudge())
    unread = {"response": "<think>t</think> it is so"}
    reward.score_batch(
        [
            sample_of(answer or "4", "gold", question_type="descriptive", **({} if answer else unread))
            for answer in answers
        ]
    )
    said = [line for record in caplog.records if "CHECK THIS" in (line := record.getMessage()) and "style" not in line]
    assert len(said) == len(shouts) and all(shout in line for shout, line in zip(shouts, said, strict=True)), said


def test_hosts_that_score_one_at_a_time_get_theirs_too(sample_of, caplog):
    reward = HybridReward.from_config()
    for _ in range(31):
        reward.score(sample_of())
    assert not caplog.text
    reward.score(sample_of())
    assert "first 32 samples" in caplog.text


def test_what_a_log_cannot_encode_is_escaped_and_nothing_is_kept(sample_of, caplog):
    reward = HybridReward.from_config()
    reward.score_batch([sample_of("\ud800", id="row \udfff", images=("a picture",))])
    assert "row \\udfff" in caplog.text
    caplog.text.encode()
    assert not reward._first_batch._seen


@pytest.mark.parametrize(("question", "shouts"), [("", True), (" ", True), ("What is it?", False)])
def test_a_judge_that_is_not_shown_the_question(sample_of, caplog, question, shouts):
    reward = HybridReward.from_config({}, judge=ScriptedJudge())
    fields = {"answer": "correct", "gold": "It is so.", "question_type": "descriptive", "question": question}
    reward.score_batch([sample_of(**fields) for _ in range(3)])
    assert ("3 of 3 samples that need the judge have no question" in caplog.text) == shouts


CHOICE = {"question_type": "multiple_choice", "options": ["red", "blue"]}
GOLDS = [("1", True), ("0", True), ("C", True), ("green", True), ("B", False), ("blue", False), ("(b) blue", False)]


AS_WRITTEN = [
    ("Don't Walk", "B", ["Walk", "Don't Walk"]),
    ("It's red", "A", ["It's red", "It's blue"]),
    ("It isn't", "B", ["It is", "It isn’t"]),
    ("O’Brien", "A", ["O'Brien", "Smith"]),
    ("[0, 1]", "B", ["(0, 1)", "[0, 1]"]),
    ("[0, 1)", "C", ["(0, 1)", "[0, 1]", "[0, 1)"]),
    ("v", "B", ["\\vec{v}", "v"]),
    ("\\vec{v}", "A", ["\\vec{v}", "v"]),
    ("['A', 'C']", "A, C", ["red", "blue", "green"]),
    ('["B"]', "B", ["red", "blue"]),
]


@pytest.mark.parametrize(("gold", "letter", "options"), AS_WRITTEN, ids=[case[0] for case in AS_WRITTEN])
def test_a_gold_in_the_words_of_an_option_is_that_option(sample_of, caplog, gold, letter, options):
    said = [
        gold,
        letter,
        "A" if letter[0] != "A" else "B",
        *(text for text in options if letter != "ABC"[options.index(text)]),
    ]
    samples = [sample_of(one, gold, **{**CHOICE, "options": options}) for one in said]
    scores = HybridReward.from_config().score_batch(samples)
    assert "none of the options" not in caplog.text
    assert [score.accuracy for score in scores] == [1.0, 1.0] + [0.0] * (len(said) - 2)


@pytest.mark.parametrize(("gold", "shouts"), GOLDS, ids=[case[0] for case in GOLDS])
def test_a_gold_that_is_none_of_the_options(sample_of, caplog, gold, shouts):
    """It would cost every response its accuracy, or pay an index: the row is named at once, and in each score."""
    samples = [sample_of(said, gold, id=f"row-{said}", **CHOICE) for said in ("blue", "B", "red")]
    scores = HybridReward.from_config().score_batch(samples)
    shout = (
        f"the gold of 3 of 3 multiple_choice samples is none of the options, or fits several: row row-blue has {gold!r}"
    )
    assert (shout in caplog.text) == shouts
    assert all(("the gold is none of the options" in score.reason) == shouts for score in scores)
