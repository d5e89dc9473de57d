"""Answers that are set as a list: one bullet or number a line."""

from __future__ import annotations

import re

_BULLET = re.compile(r"^\s*[*•] +(?=\S)")
_ITEM = re.compile(r"\s*(?:[*•+-]|\d{1,2}[.)])\s+(\S.*?)[\s.,;]*")
_LONGEST = 2000


def unlisted(answer: str) -> str:
    """The items of a list behind each other, with commas; without the one bullet that stands in front of an answer.

    A hyphen or a number in front of one line alone may be a sign or the answer itself, and stays.
    """
    if "\n" not in answer or len(answer) > _LONGEST:
        return _BULLET.sub("", answer)
    lines = [line for line in answer.split("\n") if line.strip()]
    if len(lines) < 2:
        return _BULLET.sub("", answer)
    heading, *lines = lines
    if not heading.rstrip("* ").endswith(":"):
        heading, lines = "", [heading, *lines]
    items = [_ITEM.fullmatch(line) for line in lines]
    if len(items) < 2 or not all(items):
        return answer
    return f"{heading} {', '.join(item[1].rstrip(' .,;') for item in items if item)}".strip()
