"""Finds the options of a multiple-choice question that are written into its text.

Conservative: what could be a sentence that mentions "point A." stays text. No evaluation, linear in the text's length.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

# One style a problem: (A) x | A. x | A) x | A: x. Each with the lookahead for what may follow it at a line's start.
_MARKS = (r"\(([A-Z])\)", r"([A-Z])\.(?!\w\.)", r"([A-Z])\)", r"([A-Z])[:\uff1a]")
_AT_LINE_START = tuple(re.compile(rf"^[ \t]*{mark}[ \t]*", re.MULTILINE) for mark in _MARKS)
# Inside a line a colon is too common to mean an option, and a dot needs a space behind it.
_ANYWHERE = tuple(
    re.compile(rf"(?:(?<=\s)|^){mark}", re.MULTILINE) for mark in (_MARKS[0], r"([A-Z])\.[ \t]+", _MARKS[2])
)
# What may stand before a list that begins inside a line. After a full stop two options may be initials of names.
_OPENS_A_LIST = ("", "?", ":", "\uff1f", "\uff1a")
_OPENS_A_LONG_LIST = (*_OPENS_A_LIST, ".", "!")


def split_options(problem: str) -> tuple[str, tuple[str, ...]]:
    """The question without its options, and the option texts in order, without letters.

    Reads "A. x", "(A) x", "A) x" and "A: x", one a line or several on a line. The letters must run A, B, C … without
    gap, at least two, none empty; else the problem comes back unchanged with no options.
    """
    for pattern in (*_AT_LINE_START, *_ANYWHERE):
        marks = _last_run(list(pattern.finditer(problem)))
        if _is_list(problem, marks):
            question, options = _cut(problem, marks)
            if all(options):
                return question, options
    return problem, ()


def option_lines(options: Sequence[str]) -> str:
    """The options as "A. x" lines; the inverse of `split_options`."""
    return "\n".join(f"{letter}. {text}" for letter, text in zip(LETTERS, options, strict=False))


def _last_run(marks: list[re.Match[str]]) -> list[re.Match[str]]:
    """From the last A on: an earlier one may be part of the question."""
    starts = [i for i, mark in enumerate(marks) if mark[1] == "A"]
    return marks[starts[-1] :] if starts else []


def _is_list(problem: str, marks: list[re.Match[str]]) -> bool:
    letters = "".join(mark[1] for mark in marks)
    if len(letters) < 2 or not LETTERS.startswith(letters):
        return False
    line_before = problem[: marks[0].start(1)].rpartition("\n")[2].rstrip(" \t(")
    return line_before[-1:] in (_OPENS_A_LIST if len(letters) == 2 else _OPENS_A_LONG_LIST)


def _cut(problem: str, marks: list[re.Match[str]]) -> tuple[str, tuple[str, ...]]:
    ends = [mark.start() for mark in marks[1:]]
    line_end = problem.find("\n", marks[-1].end())
    ends.append(len(problem) if line_end < 0 else line_end)
    texts = (problem[mark.end() : end] for mark, end in zip(marks, ends, strict=True))
    options = tuple(" ".join(text.split()).rstrip(",;").rstrip() for text in texts)
    parts = (problem[: marks[0].start()].rstrip(), problem[ends[-1] :].strip())
    return "\n".join(part for part in parts if part), options
