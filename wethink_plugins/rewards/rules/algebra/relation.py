"""Equations and inequalities: splitting them, and when two of them say the same."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from wethink_plugins.rewards.rules.algebra.same import proportional, same_function
from wethink_plugins.rewards.rules.algebra.tree import Node, names_in, read_formula, with_value

_SIGNS = "=≈<>≤≥≠"
_SIGN = re.compile(f"[{_SIGNS}]")
_FLIPPED = {"<": ">", ">": "<", "≤": "≥", "≥": "≤", "=": "=", "≠": "≠"}
# What may stand left of "=" as the mere name of the answer: "x", "AB", "f(x)", "x_{1}", "m∠ABC", "The area of ABC".
_NAME = re.compile(
    r"(?:[^\W\d_]['_]?(?:_?\{?\w{1,8}\}?)?|∠ ?\w{1,4}|m ?∠ ?\w{1,4}|\|?[A-Z]{1,4}\|?|\\?[a-zA-Z]{1,12}(?:_\{?\w{1,"
    r"8}\}?)?'?(?:\([a-zA-Z](?:, ?[a-zA-Z])*\))?|\\?[A-Za-z]['A-Za-z ]{1,60}|\([a-z](?:, ?[a-z]){1,4}\)|"
    r"[A-Za-z][\w{}]{0,12} ?: ?[A-Za-z][\w{}]{0,12}|\\frac ?\{ ?[A-Z]{1,3} ?\} ?\{ ?[A-Z]{1,3} ?\}|[A-Z]{2} ?/ "
    r"?[A-Z]{2}|\\?(?:sin|cos|tan|cot|sec|csc|log|ln) ?\(?[^\W\d_]\)?|[fghFGH](?:'{1,2}|\^ ?\{? ?-1 ?\}?)? ?\([^\W_]{1,3}\)|d[a-zA-Z] ?/ ?d[a-z]|\\frac ?\{ ?d[a-zA-Z] ?\} ?\{ ?d[a-z] ?\})"
)
_FRACTION = re.compile(r"\\frac ?\{([^{}]*)\} ?\{([^{}]*)\}")
_SHORT = 100
_DENIES = re.compile(
    r"\b(?:not|no|never|non|un|more|less|greater|fewer|least|most|than|if|unless|or)\b|n't", re.IGNORECASE
)


@dataclass(frozen=True)
class Statement:
    """`parts[0] signs[0] parts[1] …`, as text."""

    parts: tuple[str, ...]
    signs: tuple[str, ...]


@lru_cache(maxsize=4096)
def read_statement(text: str) -> Statement | None:
    """None when no relation sign stands in the text."""
    signs = tuple(_SIGN.findall(text))
    if not signs or len(signs) > 12:
        return None
    parts = tuple(part.strip() for part in _SIGN.split(text))
    if not any(parts):
        return None
    return Statement(parts, signs)


def is_name(text: str) -> bool:
    """Whether the text can be what an equation is about; words that deny or bound it make it none."""
    return bool(_NAME.fullmatch(text.strip())) and not _DENIES.search(text)


# "a(n)" is a_n.
_TERM = re.compile(r"^([abSTu])\(([nk])\)$")


def same_name(one: str, two: str) -> bool:
    return _name_key(one) == _name_key(two)


def _name_key(text: str) -> str:
    text = _TERM.sub(r"\1\2", text.strip())
    return re.sub(r"[\s{}_\\]|^the ", "", _FRACTION.sub(r"\1/\2", text).casefold())


def same_relation(one: Statement, two: Statement) -> bool | None:
    """Whether two equations or two inequalities, each with one sign, say the same; None when that can't be told."""
    if len(one.signs) != 1 or len(two.signs) != 1:
        return None
    left, right = _difference(one), _difference(two)
    if left is None or right is None:
        return None
    if names_in(left) != names_in(right) or not names_in(left):
        return False
    ratio = proportional(left, right)
    if ratio is None:
        return False
    if one.signs[0] in "=≠":
        return one.signs == two.signs
    if isinstance(ratio, complex):
        ratio = Fraction(ratio.real)
    return two.signs[0] == (one.signs[0] if ratio > 0 else _FLIPPED[one.signs[0]])


def solves(solved: Statement, other: Statement) -> bool:
    """Whether `solved` is a variable and its value, with which the two sides of `other` are equal."""
    if max(map(len, (*solved.parts, *other.parts))) > _SHORT:
        return False
    left, value = map(read_formula, solved.parts)
    if left is None or value is None or left.kind != "name" or left.name in names_in(value):
        return False
    sides = [read_formula(part) for part in other.parts]
    given = [with_value(side, left.name, value) for side in sides if side]
    return len(given) == 2 and same_function(given[0], given[1]) is True


def _difference(statement: Statement) -> Node | None:
    left, right = map(read_formula, statement.parts)
    return None if left is None or right is None else Node("-", (left, right))


def turned(statement: Statement) -> Statement:
    """The same chain read from the right: "C < B < A" is "A > B > C"."""
    return Statement(statement.parts[::-1], tuple(_FLIPPED.get(sign, sign) for sign in statement.signs[::-1]))


def flipped(sign: str) -> str:
    return _FLIPPED[sign]
