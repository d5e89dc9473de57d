"""How `grade` may be called: by any spelling of a type and any list of texts; other options it refuses by name."""

from __future__ import annotations

import pytest

from wethink_plugins.errors import WeThinkError
from wethink_plugins.rewards.rules import grade, grade_batch, grade_response

PLAIN = ["17", "42", "24", "36"]
SHAPES = [PLAIN, tuple(PLAIN), [f"{letter}) {text}" for letter, text in zip("ABCD", PLAIN, strict=True)]]


@pytest.mark.parametrize("kind", [None, "multiple_choice", "Multiple-Choice", "MCQ", "vqa"])
@pytest.mark.parametrize("options", SHAPES, ids=["list", "tuple", "with letters"])
@pytest.mark.parametrize("answer", ["B", "(b)", "42", "B) 42"])
def test_a_choice(answer, options, kind):
    assert grade(answer, "B", kind, options=options).decision == "right"
    assert grade_response(f"<answer>{answer}</answer>", "B", kind, options).decision == "right"
    assert grade_batch([(answer, "B", kind, options)])[0].decision == "right"


def test_the_type_goes_by_the_options_alone():
    assert grade("42", "B", options=PLAIN).decision == "right"
    assert grade("(b)", "42", options=PLAIN).decision == "right"
    assert grade("42", "42.0").grader == grade("42", "42.0", "math").grader == "number"
    assert grade("42", "B", "fill_in_blank", PLAIN).decision != "right"


@pytest.mark.parametrize("options", ["17|42", {"A": "17", "B": "42"}, [17, 42], ["17", None], b"17"])
def test_options_that_are_no_texts_are_refused(options):
    with pytest.raises(WeThinkError, match=r"options.*list of texts"):
        grade("B", "B", "multiple_choice", options)
