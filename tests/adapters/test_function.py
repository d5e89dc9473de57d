"""`wethink_reward`: ours as one term of another reward."""

import pytest

from wethink_plugins import wethink_reward
from wethink_plugins.errors import SampleError

RIGHT, WRONG, BARE = "<think>a</think><answer>4</answer>", "<think>a</think><answer>5</answer>", "<answer>4</answer>"


def test_one_response():
    assert wethink_reward(RIGHT, "4") == 1.0
    assert wethink_reward(BARE, 4) == pytest.approx(0.7)


@pytest.mark.parametrize(
    ("part", "values"), [("overall", [1.0, 0.3, 0.7]), ("accuracy", [1.0, 0.0, 1.0]), ("format", [1.0, 1.0, 0.0])]
)
def test_a_batch_and_its_parts(part, values):
    assert wethink_reward([RIGHT, WRONG, BARE], ["4", 4, "4.0"], part=part) == pytest.approx(values)


def test_columns_for_each_response_or_one_for_all():
    answers = ["<think>a</think><answer>B</answer>", "<think>a</think><answer>red</answer>"]
    same = wethink_reward(answers, ["B", "A"], options=["blue", "red"], question_type="multiple_choice")
    own = wethink_reward(answers, ["B", "A"], options=[["blue", "red"], ["red", "blue"]], question=["?", "?"])
    assert (same, own) == ([1.0, 0.3], [1.0, 1.0])
    assert wethink_reward([answers[0], RIGHT], ["B", "4"], options=[["blue", "red"], None]) == [1.0, 1.0]
    assert wethink_reward([RIGHT, RIGHT], ["4", "4"], options=[None, None]) == [1.0, 1.0]


def test_a_lost_score_is_none_and_the_format_is_known_all_the_same():
    config = {"judge": {"endpoints": [{"base_url": "http://127.0.0.1:9/v1", "model": "m"}], "deadline_s": 0.3}}
    pytest.importorskip("aiohttp", reason="needs aiohttp: pip install 'wethink-plugins[judge]'")
    asked = {"question_type": "descriptive", "config": config}
    assert wethink_reward([RIGHT, RIGHT], ["a story", "a story"], **asked) == [None, None]
    assert wethink_reward(RIGHT, "a story", part="format", **asked) == 1.0


MISTAKES = [
    ("fewer golds", ([RIGHT, RIGHT], ["4"]), {}, "answer: 1 for 2 responses"),
    ("one gold for many", ([RIGHT, RIGHT], "4"), {}, "answer: one text for 2 responses"),
    ("fewer questions", ([RIGHT, RIGHT], ["4", "4"]), {"question": ["?"]}, "question: 1 for 2 responses"),
    ("no gold", ([RIGHT, RIGHT], ["4", None]), {"id": ["a", "b"]}, "row b: answer: no gold answer"),
    ("an unknown part", (RIGHT, "4"), {"part": "speed"}, "no part 'speed'"),
]


@pytest.mark.parametrize(("why", "given", "named", "words"), MISTAKES, ids=[case[0] for case in MISTAKES])
def test_mistakes_are_told(why, given, named, words):
    with pytest.raises(SampleError, match=words):
        wethink_reward(*given, **named)


def test_an_unknown_name_is_a_type_error():
    with pytest.raises(TypeError, match=r"no argument .gold."):
        wethink_reward(RIGHT, "4", gold="4")


def test_from_a_running_loop():
    import asyncio

    async def inside():
        return wethink_reward(RIGHT, "4")

    assert asyncio.run(inside()) == 1.0
