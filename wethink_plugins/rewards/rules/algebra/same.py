"""Whether two formulas are the same function, found by evaluating both at a few fixed points."""

from __future__ import annotations

import cmath
import hashlib
import math
from fractions import Fraction
from functools import lru_cache

from wethink_plugins.rewards.rules.algebra.tree import Node, names_in, read_formula
from wethink_plugins.rewards.rules.algebra.value import NoValue, Value, as_complex, value_of

# Floats carry 15 digits and a short formula loses a few of them; exact fractions are compared exactly.
_TOLERANCE = 1e-9
_POINTS = 4
# Where there are absolute values or roots, points far out on both sides as well, so that |x + 1| isn't x + 1, nor |x - 50|
# the same as 50 - x. Elsewhere they would only lose digits: e^116 - 1 is e^116.
_FAR_POINTS = 8
_FAR = {4: -29, 5: 29, 6: -1009, 7: 1009}
_SIMPLE, _SNAP = 1000, Fraction(1, 10**13)
# Of the near points, the last one has negative coordinates, so that sqrt(x^2) isn't x.
_NEGATIVE_FROM = 3


@lru_cache(maxsize=4096)
def _coordinate(name: str, index: int) -> Fraction:
    """Fixed per name, so that verdicts repeat, and unrelated between names; numerators avoid round numbers."""
    digest = hashlib.blake2b(f"{name}/{index}".encode(), digest_size=4).digest()
    value = Fraction(101 + int.from_bytes(digest[:2], "big") % 397, 127 + digest[2])
    if index in _FAR:
        return value * _FAR[index]
    return -value if index >= _NEGATIVE_FROM else value


def values_at(trees: tuple[Node, ...], index: int) -> list[Value]:
    """Raises NoValue."""
    names = frozenset().union(*(names_in(tree) for tree in trees))
    point: dict[str, Value] = {name: _coordinate(name, index) for name in names}
    return [value_of(tree, point) for tree in trees]


def close(a: Value, b: Value) -> bool:
    """Raises NoValue for what is too large for floats."""
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return a == b
    one, two = as_complex(a), as_complex(b)
    size = max(_length(one), _length(two))
    return _length(one - two) <= _TOLERANCE * size if size > 1e-250 else one == two


def _length(value: complex) -> float:
    """NoValue where it is too large for a float: infinite lengths are within any share of each other."""
    try:
        length = abs(value)
    except OverflowError as error:
        raise NoValue("too large for a float") from error
    if not math.isfinite(length):
        raise NoValue("too large for a float")
    return length


def _points(one: Node, two: Node) -> int:
    waiting, found = [one, two], False
    while waiting:
        node = waiting.pop()
        if node.kind in ("exp", "sinh", "cosh", "tanh") or (node.kind == "^" and names_in(node.parts[1])):
            return _POINTS
        found = found or node.kind in ("abs", "root")
        waiting += node.parts
    return _FAR_POINTS if found else _POINTS


def same_function(one: Node, two: Node) -> bool | None:
    """None when neither can be evaluated often enough to tell."""
    agreed = 0
    constant = not names_in(one) and not names_in(two)
    for index in range(1 if constant else _points(one, two)):
        try:
            a, b = values_at((one, two), index)
            if not close(a, b):
                return False
            agreed += 1
        except (NoValue, RecursionError):
            continue
    return True if agreed >= (1 if constant else 2) else None


def constant_apart(one: Node, two: Node) -> bool:
    """Whether they differ by the same number everywhere, as two antiderivatives do."""
    apart: list[Value] = []
    for index in range(_points(one, two)):
        try:
            a, b = values_at((one, two), index)
            exact = isinstance(a, Fraction) and isinstance(b, Fraction)
            apart.append(a - b if exact else as_complex(a) - as_complex(b))
            if not close(apart[-1] + 1, apart[0] + 1):
                return False
        except (NoValue, RecursionError):
            continue
    return len(apart) > 2


def proportional(one: Node, two: Node) -> Value | None:
    """The constant c with one = c * two everywhere, or None."""
    ratio: Value | None = None
    agreed = 0
    for index in range(_points(one, two)):
        try:
            a, b = values_at((one, two), index)
            if not b or not a:
                return None
            found = a / b if isinstance(a, Fraction) and isinstance(b, Fraction) else as_complex(a) / as_complex(b)
            if not found:
                continue  # too small for a float
            if ratio is not None and not close(found, ratio):
                return None
        except (NoValue, RecursionError, ZeroDivisionError):
            continue
        ratio, agreed = found, agreed + 1
    return ratio if agreed >= 2 else None


@lru_cache(maxsize=4096)
def constant(text: str) -> Value | None:
    """The value of a formula without variables, or None."""
    tree = read_formula(text)
    if tree is None or names_in(tree):
        return None
    try:
        return value_of(tree, {})
    except (NoValue, RecursionError):
        return None


def real(value: Value | None) -> Fraction | None:
    """As an exact fraction when it is real, or None: cos 60° is a half, though its float is a little more."""
    if value is None or isinstance(value, Fraction):
        return value
    largest = max(abs(value.real), abs(value.imag), 1e-9)  # and not abs(value), which may overflow
    if abs(value.imag) > _TOLERANCE * largest or not cmath.isfinite(value):
        return None
    exact = Fraction(value.real)
    simple = exact.limit_denominator(_SIMPLE)
    return simple if abs(simple - exact) <= _SNAP * max(abs(exact), Fraction(1)) else exact


def unfinished(tree: Node) -> bool:
    """Whether arithmetic is left to do: a sum or product of rational numbers, or a division that comes out whole."""
    if tree.kind in ("+", "-", "*", "/", "neg", "group"):
        if tree.kind == "*" and _is_scientific(tree):
            return False
        if tree.kind in ("+", "-", "*") and all(_rational(part) for part in tree.parts):
            return True
        if tree.kind == "/" and all(_rational(part) for part in tree.parts):
            return any(map(unfinished, tree.parts)) or _comes_out(tree)
        return any(map(unfinished, tree.parts))
    return False


def _comes_out(tree: Node) -> bool:
    try:
        value = value_of(tree, {})
    except NoValue:
        return False
    return isinstance(value, Fraction) and value.denominator == 1


def _is_scientific(tree: Node) -> bool:
    power = tree.parts[1]
    return power.kind == "^" and power.parts[0].value == 10


def _rational(tree: Node) -> bool:
    if names_in(tree):
        return False
    try:
        return isinstance(value_of(tree, {}), Fraction)
    except (NoValue, KeyError):
        return False
