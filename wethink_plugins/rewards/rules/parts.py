"""Answers made of several parts: splits lists, tuples, sets, matrices and named parts, at the top level only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

MAX_PARTS = 60
_OPEN, _CLOSE = "([{", ")]}"
_MATRIX = re.compile(
    r"(?:\\left)?[\[(]?\s*\\begin\{(?:[pbBvV]?matrix|array)\}(?:\{[clr| ]{1,20}\})?(.{1,"
    r"1900}?)\\end\{(?:[pbBvV]?matrix|array)\}\s*[\])]?"
)
_AND = re.compile(r",? (?:and|as well as) | ?& | ?和 ?| ?与 ?")
_NAMED = re.compile(
    r"(?:\((?P<mark>[a-h]|[1-9]|i{1,3}|iv|v)\)|(?P<label>[a-h]|[1-9]|i{1,3}|iv|v)[).:]|(?P<name>[^\W\d][^=:;,]{0,"
    r"40}?) ?[=:])\s*(?P<value>.{1,400})"
)
_SYSTEM = re.compile(r"\\begin\{cases\}(.{1,1900}?)\\end\{cases\}")
# "P(1, 2)" is the point (1, 2).
_POINT = re.compile(r"[A-Z]['_]?\([^()]+[,;][^()]+\)$")
_MARKS = re.compile(r"(?:^|(?<=[\s,;]))\(?(?:[a-h]|[1-9]|i{1,3}|iv|v)\) |\((?:[a-h]|[1-9]|i{1,3}|iv|v)\)(?=[\w$-])")
_LABELLED = re.compile(
    r"(?P<name>[A-Za-z][A-Za-z ]{0,30}?)(?: (?:has|have|is|are|was|were|gets|got))?(?: ?- | )(?P<value>[-$£€]?\d.{0,60})"
)
_COUNTED = re.compile(r"(?P<value>[-$£€]?\d[\d.,/]{0,20}) ?(?P<noun>[^\W\d_][\w ]{0,30})")


@dataclass(frozen=True)
class Parts:
    """`shape` is list, set, tuple, matrix or alternatives ("or"); `brackets` as written, empty without."""

    shape: str
    items: tuple[str, ...]
    brackets: str = ""


@lru_cache(maxsize=4096)
def read_parts(text: str) -> Parts | None:
    """None when the text is one thing, or more than 60."""
    text = text.strip().rstrip(".;").strip()
    if not text or len(text) > 2000:
        return None
    text = text[1:] if _POINT.match(text) else text
    system = _SYSTEM.fullmatch(text)
    if system:
        text = ", ".join(row.strip(" ,&") for row in system[1].split("\\\\"))
    found = _matrix(text) or _bracketed(text) or _bare(text)
    return found if found and len(found.items) <= MAX_PARTS else None


def _matrix(text: str) -> Parts | None:
    if text.count("\\begin") != 1:
        return None
    match = _MATRIX.fullmatch(text)
    if match is None:
        return None
    rows = [row for row in match[1].split("\\\\") if row.strip()]
    brackets = "||" if "{vmatrix}" in text or "{Vmatrix}" in text else "[]"
    lines = ("[" + ", ".join(cell.strip() for cell in row.split("&")) + "]" for row in rows)
    return Parts("matrix", tuple(lines), brackets)


def _bracketed(text: str) -> Parts | None:
    opening, inner, closing = _outer(text)
    if not opening:
        return None
    items = split_top(inner, ",;")
    if opening == "{":
        return Parts("set", tuple(_spread(items)), "{}")
    if len(items) < 2:
        return None
    if (
        all(item.startswith(("[", "(")) for item in items)
        and opening + closing == "[]"
        and all("," in item for item in items)
    ):
        return Parts("matrix", tuple(items), "[]")
    return Parts("tuple", tuple(items), opening + closing)


def _outer(text: str) -> tuple[str, str, str]:
    """The brackets around the whole text, and what stands inside; empty when no pair spans it."""
    plain = text.replace("\\{", "{").replace("\\}", "}")
    if len(plain) < 2 or plain[0] not in "([{]" or plain[-1] not in ")]}[":
        return "", "", ""
    if plain[0] == "]" or plain[-1] == "[":
        return ("", "", "") if any(c in _OPEN + _CLOSE for c in plain[1:-1]) else (plain[0], plain[1:-1], plain[-1])
    depth = 0
    for position, char in enumerate(plain):
        depth += (char in _OPEN) - (char in _CLOSE)
        if depth == 0 and position < len(plain) - 1:
            return "", "", ""
    return (plain[0], plain[1:-1], plain[-1]) if depth == 0 else ("", "", "")


def _bare(text: str) -> Parts | None:
    marks = [mark.start() for mark in _MARKS.finditer(text)] if _MARKS.match(text) else []
    if len(marks) > 1:
        return Parts(
            "list",
            tuple(
                text[start:end].strip(" ,;").removesuffix(" and").strip(" ,;")
                for start, end in zip(marks, [*marks[1:], len(text)], strict=True)
            ),
        )
    alternatives = split_words(text, (" or ", "或", " OR "))
    if len(alternatives) > 1:
        return Parts(
            "alternatives", tuple(item for piece in alternatives for item in split_top(piece.strip(" ,"), ",;"))
        )
    items: list[str] = []
    for piece in _AND.split(text):
        items += split_top(piece, ",;")
    items = [item for item in (item.strip() for item in items) if item]
    if len(items) < 2:
        spread = _spread([text])
        return Parts("list", tuple(spread)) if len(spread) > 1 else None
    items = [item[4:] if item.startswith("and ") else item for item in items]
    return Parts("list", tuple(_spread(items)))


def split_words(text: str, words: tuple[str, ...]) -> list[str]:
    for word in words:
        if word in text:
            return text.split(word)
    return [text]


def split_top(text: str, separators: str) -> list[str]:
    """Splits where no bracket is open; a comma between three digits and more is left to the number reader."""
    items, depth, start = [], 0, 0
    for position, char in enumerate(text):
        if char in _OPEN:
            depth += 1
        elif char in _CLOSE:
            depth = max(depth - 1, 0)
        elif depth == 0 and char in separators:
            items.append(text[start:position])
            start = position + 1
    items.append(text[start:])
    return [item.strip() for item in items]


def _spread(items: list[str]) -> list[str]:
    """ "1 ± a" is two answers."""
    spread: list[str] = []
    for item in items:
        if item.count("±") == 1 and "∓" not in item:
            spread += [item.replace("±", "+", 1).lstrip("+ "), item.replace("±", "-", 1)]
        else:
            spread.append(item)
    return spread


def point_name(text: str) -> str:
    """The letter of a point with its coordinates: "A" for "A(2, 3)"."""
    return text[0] if _POINT.match(text) else ""


def labelled(item: str, names: frozenset[str] = frozenset()) -> tuple[str, str] | None:
    """("alice", "5") for "Alice 5", "Alice - 5", "Alice has 5"; with `names`, only where it is one of them."""
    match = _LABELLED.fullmatch(item.strip())
    if match is None:
        return None
    name = match["name"].casefold().removeprefix("the ").strip()
    return (name, match["value"]) if not names or name in names else None


def counted(item: str) -> tuple[str, str] | None:
    """("cats", "3") for "3 cats": what is counted or measured, and how many."""
    match = _COUNTED.fullmatch(item.strip())
    return (match["noun"].strip(), match["value"]) if match else None


def named(item: str) -> tuple[str, str]:
    """("a", "4") for "a = 4", "(a) 4" or "a: 4"; the name is empty where there is none."""
    match = _NAMED.fullmatch(item.strip())
    if match is None:
        return "", item.strip()
    name = match["mark"] or match["label"] or match["name"] or ""
    name = re.sub(r"_\{(\d{1,2})\}$", r"_\1", " ".join(name.split()).casefold())
    return name.removeprefix("the "), match["value"].strip()
