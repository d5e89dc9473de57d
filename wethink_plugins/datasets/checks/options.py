"""Options and the answer that has to be one of them."""

from __future__ import annotations

import re

from wethink_plugins.errors import WeThinkError
from wethink_plugins.options import split_options
from wethink_plugins.rewards.rules.policy import Policy
from wethink_plugins.rows import Row

# An option like "only B" or "A and C" speaks of a list in the problem, and is no other version of it.
_SPEAKS_OF_LETTERS = re.compile(r"(?<![A-Za-z'])[B-H](?![A-Za-z'])|\bI{1,3}\b|\bA and\b|\bA only\b|\bonly A\b")
_MARKS = re.compile(r"[\s$*_`'\"“”‘’.,;:!?\\{}()\[\]]+")


def check_options(row: Row, policy: Policy) -> None:
    """Of a multiple-choice row: the options say what the problem says, and the answer is one of them."""
    if row.question_type != "multiple_choice":
        return
    if fault := _disagreement(split_options(row.problem)[1], row.options):
        raise WeThinkError(fault, fix="make the letters mean the same", field="options", defect="options_disagree")
    from wethink_plugins.rewards.rules.option import is_option

    if not is_option(row.answer, row.options, policy):
        shown = ", ".join(row.options) or "none found in problem or options"
        raise WeThinkError(
            f"{row.answer[:60]!r} is none of the options ({shown[:120]})",
            fix=_fix(row),
            field="answer",
            defect="answer_outside_options",
        )


def _fix(row: Row) -> str:
    # Whether it counts from 0 or from 1 can't be told from a row.
    if len(row.answer) <= 2 and row.answer.isdecimal() and int(row.answer) <= len(row.options):
        return "an index is not accepted: write the letter, or the option's text"
    return "correct the answer or the options"


def _disagreement(written: tuple[str, ...], given: tuple[str, ...]) -> str:
    """What is wrong between the options in the problem's text and those of the row, or nothing."""
    if not written or written == given:
        return ""
    one, two = [[_plain(text) for text in texts] for texts in (written, given)]
    if len(one) == len(two):
        return _of_equal_length(one, two, given)
    if set(one) < set(two) or set(two) < set(one):
        return f"are {len(two)}, and the problem shows {len(one)}"
    return ""


def _of_equal_length(one: list[str], two: list[str], given: tuple[str, ...]) -> str:
    if all(_same(a, b) for a, b in zip(one, two, strict=True)):
        return ""
    if sorted(one) == sorted(two):
        return "are in another order than in the problem"
    if set(one) & set(two) or not any(map(_SPEAKS_OF_LETTERS.search, given)):
        place = next(i for i, (a, b) in enumerate(zip(one, two, strict=True)) if not _same(a, b))
        return f"differ from those in the problem, first at {'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[place]}"
    return ""


def _same(written: str, given: str) -> bool:
    """An option of several lines ends in the problem where its first line does."""
    return written == given or (bool(written) and given.startswith(written))


def _plain(text: str) -> str:
    """Without case and marks, which people write differently in two places; "-5" stays "-5". Marks alone stay."""
    return _MARKS.sub("", text).casefold() or text
