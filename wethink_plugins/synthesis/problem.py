"""The question as everybody but its author reads it: with its options as lettered lines."""

from __future__ import annotations

from wethink_plugins.options import option_lines
from wethink_plugins.synthesis.records import Draft, Question

_FORMS = {
    "multiple_choice": "the letter of the right option, nothing else",
    "fill_in_blank": "the short answer alone: a number with its unit if it has one, a word, a name or a formula",
    "descriptive": "one to four sentences",
}


def problem_text(question: Question) -> str:
    """What a row's `problem` holds."""
    return f"{question.question}\n{option_lines(question.options)}" if question.options else question.question


def problem_of(draft: Draft) -> str:
    assert draft.question is not None
    return problem_text(draft.question)


def answer_form(question: Question) -> str:
    return _FORMS[question.question_type]
