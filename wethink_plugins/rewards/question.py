"""Settles what a sample asks for: its type, its options, and who pays it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wethink_plugins.config import Aliases
from wethink_plugins.errors import SampleError
from wethink_plugins.kind import kind_of
from wethink_plugins.options import split_options
from wethink_plugins.rewards.rules.number import read_number
from wethink_plugins.sample import Sample
from wethink_plugins.vocabulary import QUESTION_TYPES, REWARD_METHODS, read_question_type, read_reward_method

# A gold of more words than this is a description, not a blank to fill in (chosen; only used where no type is given).
_BLANK_WORDS = 6


@dataclass(frozen=True)
class Question:
    """`method` is "rule" or "model", never "auto"."""

    question_type: str
    options: Sequence[str]
    method: str


def question_of(sample: Sample, aliases: Aliases) -> Question:
    """Raises SampleError, naming the row, for a sample that nothing could grade."""
    require_text(sample)
    _require_parts(sample)
    options = tuple(sample.options) or split_options(sample.question)[1]
    kind = _type_of(sample, options, aliases)
    return Question(kind, options, _method_of(sample, kind, aliases))


def require_text(sample: Sample) -> None:
    """Raises SampleError, naming the row, where response, question or gold answer is no text, or no gold is there."""
    fixes = {"response": "pass the decoded response", "question": "pass the question's text"}
    for field, fix in fixes.items():
        if not isinstance(getattr(sample, field), str):
            raise SampleError(f"is {kind_of(getattr(sample, field))}, not text", fix=fix, row=sample.id, field=field)
    if not isinstance(sample.answer, str) or not sample.answer.strip():
        nothing = sample.answer is None or isinstance(sample.answer, str)
        raise SampleError(
            f"no gold answer, found {sample.answer!r:.80}" if nothing else f"is {kind_of(sample.answer)}, not text",
            fix="pass the row's answer as text",
            row=sample.id,
            field="answer",
        )


def _require_parts(sample: Sample) -> None:
    """One text given as options would be read as one option a character, a mapping as its letters."""
    listed = not isinstance(sample.options, (str, bytes, Mapping)) and hasattr(sample.options, "__iter__")
    if not listed or not all(isinstance(option, str) for option in sample.options):
        raise SampleError(
            f"not a list of texts, found {sample.options!r:.80}",
            fix="pass the option texts in order, without letters",
            row=sample.id,
            field="options",
        )
    if not isinstance(sample.meta, Mapping):
        raise SampleError(f"is {kind_of(sample.meta)}, not a mapping", row=sample.id, field="meta")


def _type_of(sample: Sample, options: Sequence[str], aliases: Aliases) -> str:
    if sample.question_type is None:
        return inferred_type(sample.answer, options)
    kind = read_question_type(sample.question_type, aliases.question_type)
    if kind is None:
        raise SampleError(
            f"unknown question type {sample.question_type!r}",
            fix=f"use {', '.join(QUESTION_TYPES)} or add it under aliases.question_type",
            row=sample.id,
            field="question_type",
        )
    return kind


def inferred_type(answer: str, options: Sequence[str]) -> str:
    """From options and answer alone: options make a choice, a number or a few words a blank, more a description."""
    if options:
        return "multiple_choice"
    short = read_number(answer) is not None or len(answer.split()) <= _BLANK_WORDS
    return "fill_in_blank" if short else "descriptive"


def _method_of(sample: Sample, kind: str, aliases: Aliases) -> str:
    method = read_reward_method(sample.reward_method or "auto", aliases.reward_method)
    if method is None:
        raise SampleError(
            f"unknown reward method {sample.reward_method!r}",
            fix=f"use {', '.join(REWARD_METHODS)} or add it under aliases.reward_method",
            row=sample.id,
            field="reward_method",
        )
    return ("model" if kind == "descriptive" else "rule") if method == "auto" else method
