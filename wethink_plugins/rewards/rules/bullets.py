"""Answers that are set as a list: one bullet or number a line."""

from __future__ import annotations

import re

from wethink_plugins.rewards.rules.claim import bare

_BULLET = re.compile(r"^\s*[*•] +(?=\S)")
_ITEM = re.compile(r"\s*(?:[*•+-]|\d{1,2}[.)])\s+(\S.*)")
# "The answers are:"; any other heading may be what the items are not.
_HEADING = re.compile(
    r"\W*(?:the )?(?:final |correct )?(?:answer|result|solution)s?(?: (?:is|are))?\W*:\W*", re.IGNORECASE
)
# Items that say something, and list nothing.
_SAYS = re.compile(r"\b(?:is|are|was|were|not|no|wrong|incorrect|because)\b", re.IGNORECASE)
_LONGEST = 2000


# Breaks between lines, in text and in LaTeX.
_LINES = re.compile(r"\n|\\\\(?=\s|[a-z] ?=)|\\q?quad\b")
_GOES_ON = re.compile(r"\b(?:and|or)$")


def in_lines(answer: str, count: int) -> str:
    """ "x = 2, y = 3" of an answer that has "x = 2" on one line and "y = 3" on the next, where it has `count` of them."""
    if len(answer) > _LONGEST or "\\begin" in answer:
        return answer
    lines = [line for line in map(_trimmed, _LINES.split(answer)) if line]
    lines = lines[1:] if lines and _HEADING.fullmatch(lines[0] + ":") else lines
    lines[:1] = [first for line in lines[:1] if (first := bare(line))]
    plain = all(
        len(line) < 80 and not _SAYS.search(line) and not _GOES_ON.search(line) and line[0] not in "=≈+*/"
        for line in lines
    )
    return ", ".join(lines) if len(lines) == count > 1 and plain else answer


def _trimmed(line: str) -> str:
    return line.strip(" $.,;\t")


def unlisted(answer: str) -> str:
    """The items of a list behind each other, with commas; without the one bullet that stands in front of an answer.

    A hyphen or a number in front of one line alone may be a sign or the answer itself, and stays.
    """
    lines = [line for line in answer.split("\n") if line.strip()] if len(answer) <= _LONGEST else []
    if len(lines) < 2:
        return _BULLET.sub("", answer)
    items = [_ITEM.fullmatch(line) for line in (lines[1:] if _HEADING.fullmatch(lines[0]) else lines)]
    texts = [item[1].rstrip(" .,;") for item in items if item]
    if len(texts) < max(2, len(items)) or any(map(_SAYS.search, texts)):
        return answer
    return ", ".join(texts)
