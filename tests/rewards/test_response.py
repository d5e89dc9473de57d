"""Reading a response: the answer by the policy, and the strict format in three styles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wethink_plugins.rewards.response import follows, format_fault, read_response
from wethink_plugins.vocabulary import STYLES

GOOD = "<think>two and two</think>\n<answer>4</answer>"

ANSWERS = [
    ("the plain case", GOOD, "4"),
    ("a missing think block costs format, not accuracy", "<answer>4</answer>", "4"),
    ("a think block never closed leaves no answer", "<think>so <answer>4</answer>", None),
    ("an answer inside the thinking is none", "<think><answer>4</answer></think>", None),
    ("the last think close counts", "<think>a</think> b</think><answer>4</answer>", "4"),
    ("not closed", "<think>a</think><answer>4", None),
    ("never opened", "<think>a</think>4</answer>", None),
    ("empty", "<think>a</think><answer> </answer>", None),
    ("several different", "<think>a</think><answer>4</answer><answer>5</answer>", None),
    ("identical repeats are one", "<think>a</think><answer>4</answer> <answer> 4 </answer>", "4"),
    ("no tags at all", "4", None),
    ("nothing", "", None),
]


@pytest.mark.parametrize(("why", "text", "answer"), ANSWERS, ids=[case[0] for case in ANSWERS])
def test_answer(why, text, answer):
    response = read_response(text)
    assert response.answer == answer
    assert (response.fault == "") == (answer is not None)


BOXED = [
    ("nested braces", r"<think>a</think> so \boxed{\frac{1}{2}}", r"\frac{1}{2}"),
    ("never closed", r"<think>a</think> \boxed{1", None),
    ("several different", r"<think>a</think>\boxed{1} \boxed{2}", None),
    ("inside the thinking", r"<think>\boxed{1}</think> done", None),
]


def test_thinking_that_the_prompt_opened_must_be_closed_too():
    assert read_response("a</think><answer>4</answer>", "think_open").answer == "4"
    assert read_response("a <answer>4</answer>", "think_open").fault == "thinking never closed"


@pytest.mark.parametrize(("why", "text", "answer"), BOXED, ids=[case[0] for case in BOXED])
def test_boxed_answer(why, text, answer):
    assert read_response(text, "boxed").answer == answer


FORMATS = [
    ("wethink", GOOD, True),
    ("wethink", f"  {GOOD}\n", True),
    ("wethink", "<answer>4</answer>", False),
    ("wethink", f"Well. {GOOD}", False),
    ("wethink", f"{GOOD} done", False),
    ("wethink", "<think>a</think> so <answer>4</answer>", False),
    ("wethink", "<think> </think><answer>4</answer>", False),
    ("wethink", "<think>a</think><answer></answer>", False),
    ("wethink", "<think>a<think>b</think></think><answer>4</answer>", False),
    ("wethink", "<answer>4</answer><think>a</think>", False),
    ("wethink", "<think>a<answer>4</answer></think>", False),
    ("wethink", "</think>a<think><answer>4</answer>", False),
    ("wethink", GOOD + GOOD, False),
    ("boxed", r"<think>a</think>The answer is \boxed{4}.", True),
    ("boxed", r"<think>a</think>\boxed{}", False),
    ("boxed", r"\boxed{4}", False),
    ("think_open", "a</think><answer>4</answer>", True),
    ("think_open", GOOD, False),
    ("think_open", "</think><answer>4</answer>", False),
]


@pytest.mark.parametrize(("style", "text", "holds"), FORMATS)
def test_format_is_strict(style, text, holds):
    fault = format_fault(text, style)
    assert (fault == "") == holds, fault
    assert (style in follows(text)) == holds


TAGS = st.sampled_from(["<think>", "</think>", "<answer>", "</answer>", "\\boxed{", "}", "{", "a", " ", "4", "\n"])


@given(st.lists(TAGS, max_size=14).map("".join), st.sampled_from(STYLES))
def test_what_keeps_the_format_has_an_answer(text, style):
    if not format_fault(text, style):
        opened = "<think>" + text if style == "think_open" else text
        assert read_response(opened, style).answer


@given(st.text(max_size=400), st.sampled_from(STYLES))
def test_no_text_raises(text, style):
    read_response(text, style)
    assert isinstance(format_fault(text, style), str)


def test_a_megabyte_of_tags_is_read_in_linear_time(cpu_limit):
    with cpu_limit(2.0):
        for piece in ("<think>", "</answer>", "<answer>", "<answer>a</answer>", "\\boxed{", "</think>"):
            text = piece * (1_000_000 // len(piece))
            for style in STYLES:
                read_response(text, style)
                format_fault(text, style)
