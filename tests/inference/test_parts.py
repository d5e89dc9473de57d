import pytest

from wethink_plugins.evaluation.handed import handed
from wethink_plugins.inference.parts import parts


@pytest.mark.parametrize(
    ("response", "style", "think", "answer"),
    [
        ("<think>a</think>\n<answer>b</answer>", "wethink", "a", "b"),
        ("a</think><answer>b</answer>", "think_open", "a", "b"),
        ("<think>a</think><answer>b</answer>", "think_open", "a", "b"),
        ("a</think><answer>b</answer>", "wethink", None, "b"),
        ("<think>a</think> so \\boxed{b}", "boxed", "a", "b"),
        ("<answer>b</answer>", "wethink", None, "b"),
        ("<think>a <answer>x</answer></think><answer>b</answer>", "wethink", "a <answer>x</answer>", "b"),
        ("<think>a", "wethink", None, None),
        ("", "wethink", None, None),
        ("b", "wethink", None, None),
    ],
)
def test_parts(response, style, think, answer):
    found = parts(response, style)
    assert (found.think, found.answer) == (think, answer)
    assert bool(found.fault) == (answer is None)


@pytest.mark.parametrize(
    ("response", "graded"),
    [
        ("<think>A or B</think><answer>B</answer>", "B"),
        ("<think>A or B</think>So it is B.", "So it is B."),
        ("<think>A or B</think><answer>A</answer><answer>B</answer>", "AB"),
        ("<think>A or B, perhaps A", ""),
        ("B", "B"),
        ("", ""),
    ],
)
def test_what_graders_get(response, graded):
    assert handed(response) == (graded, response)
