"""Parts of the number line: intervals, unions and inequalities in one unknown, as sorted pieces."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from wethink_plugins.rewards.rules.algebra.relation import flipped, read_statement
from wethink_plugins.rewards.rules.algebra.same import constant, real

_EVERYTHING = frozenset(
    {"r", "\\r", "all real numbers", "all reals", "real numbers", "(-∞, ∞)", "(-∞,∞)", "(-∞,+∞)", "(-∞, +∞)"}
)
_NOTHING = frozenset(
    {
        "∅",
        "\\{\\}",
        "{}",
        "empty set",
        "the empty set",
        "no solution",
        "no solutions",
        "no real solutions",
        "no real solution",
        "there is no solution",
        "无解",
        "\\{ \\}",
    }
)
_MEMBER = re.compile(r"(?:[a-zA-Z](?:\([a-z]\))? ?∈ ?|[A-Z] ?= ?(?=[\[(]))")
_INTERVAL = re.compile(
    r"([\[(\]])([^,;()\[\]]{1,80}(?:\([^()]{0,40}\)[^,;()\[\]]{0,40})?)[,;]([^,;()\[\]]{1,80}(?:\([^()]{0,40}\)[^,"
    r";()\[\]]{0,40})?)([\])\[])"
)
# "{x | x > 2}"
_DESCRIBED = re.compile(r"\\?\{ ?[a-zA-Z](?: ?∈ ?R)? ?[|:] ?([^{}]{1,200}?) ?\\?\}")
_POINTS = re.compile(r"(?:\\\{|\{)([^{}\\]{1,80}|[^{}]{1,80})(?:\\\}|\})")
# "x", "x_1", "θ", "f(x)", "|z|".
_UNKNOWN = re.compile(r"\|?[^\W\d_](?:_\{?\w{1,4}\}?)?\|?(?: ?\([a-z]\))?")
# f(x) is y, by convention.
_FUNCTION = re.compile(r"[fgh] ?\(x\)")
_OR = re.compile(r"∪|\bor\b|或")
_AND = re.compile(r"∩|\band\b|且")
_CONNECTIVE = re.compile(f"{_OR.pattern}|{_AND.pattern}")
Edge = Fraction | float
_EDGE_NOISE = Fraction(1, 10**9)


@dataclass(frozen=True, order=True)
class Piece:
    low: Edge
    high: Edge
    low_closed: bool
    high_closed: bool


@lru_cache(maxsize=4096)
def read_region(text: str) -> tuple[Piece, ...] | None:
    """Sorted pieces; empty for "no solution"; None when the text is no region. A pair "(1, 2)" is read as one too."""
    text = text.strip(" .$")
    member = _MEMBER.match(text)
    folded = (text[member.end() :] if member else text).casefold()
    if folded in _EVERYTHING:
        return (Piece(-math.inf, math.inf, False, False),)
    if folded in _NOTHING:
        return ()
    if len(text) > 600 or not any(c in text for c in "[(]{<>≤≥≠"):
        return None
    text = text[member.end() :] if member else text
    described = _DESCRIBED.fullmatch(text)
    text = described[1] if described else text
    if len(unknowns(text)) > 1 or ("∪" in text and "∩" in text):
        return None
    pieces: list[Piece] = []
    for part in _OR.split(text):
        found = _common(part)
        if found is None or len(pieces) > 40:
            return None
        pieces += found
    return _merged(pieces)


@lru_cache(maxsize=4096)
def unknowns(text: str) -> frozenset[str]:
    """The letters that the inequalities in `text` are about, and the one that stands in front of "∈"."""
    found = {letter for part in _CONNECTIVE.split(text) if (letter := _unknown_of(part.strip(" .$")))}
    return frozenset(found)


def _unknown_of(part: str) -> str:
    member = _MEMBER.match(part)
    if member:
        return "" if "=" in member[0] else member[0].strip(" ∈")
    statement = read_statement(part) if any(sign in part for sign in "<>≤≥≠") else None
    sides = statement.parts if statement else ()
    unknown = next((side.strip("| ") for side in sides if _is_unknown(side)), "")
    return "y" if _FUNCTION.fullmatch(unknown) else unknown


def _common(text: str) -> list[Piece] | None:
    """What the parts between "and" have in common. None for nothing at all: "x < 1 and x > 4" means two ranges."""
    common: list[Piece] | None = None
    parts = _AND.split(text)
    for part in parts:
        found = _part(part.strip())
        if found is None:
            return None
        common = found if common is None else [both for a in common for b in found if (both := _overlap(a, b))]
    return common if common or len(parts) == 1 else None


def _overlap(one: Piece, two: Piece) -> Piece | None:
    low, low_open = max((one.low, not one.low_closed), (two.low, not two.low_closed))
    high, high_closed = min((one.high, one.high_closed), (two.high, two.high_closed))
    if low > high or (low == high and (low_open or not high_closed)):
        return None
    return Piece(low, high, not low_open, high_closed)


def _part(text: str) -> list[Piece] | None:
    interval = _INTERVAL.fullmatch(text)
    if interval:
        return _interval(*interval.groups())
    points = _POINTS.fullmatch(text)
    if points:
        values = [_edge(item) for item in re.split("[,;]", points[1])]
        return (
            None
            if any(value is None for value in values)
            else [Piece(v, v, True, True) for v in values if v is not None]
        )
    return _inequality(text)


def _interval(opening: str, low: str, high: str, closing: str) -> list[Piece] | None:
    edges = _edge(low), _edge(high)
    if edges[0] is None or edges[1] is None or edges[0] > edges[1]:
        return None
    return [Piece(edges[0], edges[1], opening == "[", closing == "]")]


def _edge(text: str) -> Edge | None:
    text = text.strip()
    if text in ("∞", "+∞", "+ ∞"):
        return math.inf
    if text in ("-∞", "- ∞"):
        return -math.inf
    return real(constant(text))


def _inequality(text: str) -> list[Piece] | None:
    statement = read_statement(text)
    if statement is None or "=" in statement.signs or "≈" in statement.signs or len(statement.signs) > 2:
        return None
    if len(statement.signs) == 2:
        return _between(statement.parts, statement.signs)
    left, right = statement.parts
    sign = statement.signs[0]
    if not _is_unknown(left):
        left, right, sign = right, left, flipped(sign)
    edge = _edge(right)
    if not _is_unknown(left) or edge is None:
        return None
    if left.startswith("|"):
        return _around_zero(edge, sign)
    if sign == "≠":
        return [Piece(-math.inf, edge, False, False), Piece(edge, math.inf, False, False)]
    if sign in "<≤":
        return [Piece(-math.inf, edge, False, sign == "≤")]
    return [Piece(edge, math.inf, sign == "≥", False)]


def _around_zero(edge: Edge, sign: str) -> list[Piece] | None:
    """|x| below, above or unlike a bound."""
    if edge <= 0:
        return None
    closed = sign in "≤≥"
    if sign in "<≤":
        return [Piece(-edge, edge, closed, closed)]
    if sign in ">≥":
        return [Piece(-math.inf, -edge, False, closed), Piece(edge, math.inf, closed, False)]
    return None


def _is_unknown(text: str) -> bool:
    return bool(_UNKNOWN.fullmatch(text)) and constant(text) is None


def _between(parts: tuple[str, ...], signs: tuple[str, ...]) -> list[Piece] | None:
    low, name, high = parts
    if all(sign in ">≥" for sign in signs):
        low, high, signs = high, low, (flipped(signs[1]), flipped(signs[0]))
    if not all(sign in "<≤" for sign in signs) or not _is_unknown(name):
        return None
    edges = _edge(low), _edge(high)
    if edges[0] is None or edges[1] is None:
        return None
    piece = Piece(edges[0], edges[1], signs[0] == "≤", signs[1] == "≤")
    if name.startswith("|"):
        return [piece, Piece(-edges[1], -edges[0], piece.high_closed, piece.low_closed)] if edges[0] >= 0 else None
    return [piece]


def _merged(pieces: list[Piece]) -> tuple[Piece, ...]:
    merged: list[Piece] = []
    for piece in sorted(pieces):
        last = merged[-1] if merged else None
        if last and (piece.low < last.high or (piece.low == last.high and (piece.low_closed or last.high_closed))):
            high, closed = max((last.high, last.high_closed), (piece.high, piece.high_closed))
            merged[-1] = Piece(last.low, high, last.low_closed or (piece.low == last.low and piece.low_closed), closed)
        else:
            merged.append(piece)
    return tuple(merged)


def same_region(one: tuple[Piece, ...], two: tuple[Piece, ...]) -> bool:
    return len(one) == len(two) and all(map(_alike, one, two))


def _alike(one: Piece, two: Piece) -> bool:
    if (one.low_closed, one.high_closed) != (two.low_closed, two.high_closed):
        return False
    return _near(one.low, two.low) and _near(one.high, two.high)


def _near(one: Edge, two: Edge) -> bool:
    """Finite edges are fractions: a float could not hold every one of them."""
    if isinstance(one, float) or isinstance(two, float):
        return one == two
    return abs(one - two) <= _EDGE_NOISE * max(abs(one), abs(two))
