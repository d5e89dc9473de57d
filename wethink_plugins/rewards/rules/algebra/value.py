"""The value of a tree at a point: exact fractions as long as possible, else complex floats, within a size limit."""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable, Mapping
from fractions import Fraction

from wethink_plugins.rewards.rules.algebra.tree import Node

Value = Fraction | complex

# Chosen: 2004! has 19,000 bits and is a real gold; a power or factorial beyond this is refused before it is computed.
MAX_BITS = 40_000
_MAX_FACTORIAL = 3000


class NoValue(ArithmeticError):
    """Undefined there, or too large to compute."""


def value_of(tree: Node, point: Mapping[str, Value]) -> Value:
    """Raises NoValue. Depth is bounded by the reader, size by MAX_BITS."""
    if tree.kind == "number":
        return tree.value
    if tree.kind == "name":
        return _named(tree.name, point)
    parts = [value_of(part, point) for part in tree.parts]
    rule = _RULES.get(tree.kind)
    if rule is None:
        raise NoValue(tree.kind)
    try:
        value = rule(*parts)
    except (ZeroDivisionError, OverflowError, ValueError, TypeError) as error:
        raise NoValue(str(error)) from None
    return _checked(value)


def _checked(value: Value) -> Value:
    if isinstance(value, Fraction):
        if value.numerator.bit_length() + value.denominator.bit_length() > MAX_BITS:
            raise NoValue("too large")
        return value
    if not cmath.isfinite(value):
        raise NoValue("not finite")
    return value


def _named(name: str, point: Mapping[str, Value]) -> Value:
    if name == "π":
        return complex(math.pi)
    if name == "e":
        return complex(math.e)
    if name == "i":
        return 1j
    return point[name]


def as_complex(value: Value) -> complex:
    try:
        return complex(value)
    except OverflowError as error:
        raise NoValue("too large for a float") from error


def _both(
    exact: Callable[[Fraction, Fraction], Fraction], rough: Callable[[complex, complex], complex]
) -> Callable[[Value, Value], Value]:
    def rule(a: Value, b: Value) -> Value:
        if isinstance(a, Fraction) and isinstance(b, Fraction):
            return exact(a, b)
        return rough(as_complex(a), as_complex(b))

    return rule


def _power(base: Value, exponent: Value) -> Value:
    if isinstance(exponent, Fraction) and exponent.denominator == 1 and isinstance(base, Fraction):
        bits = (base.numerator.bit_length() + base.denominator.bit_length()) * abs(exponent.numerator)
        if bits > MAX_BITS and abs(base) not in (0, 1):
            raise NoValue("too large")
        return base**exponent.numerator
    if isinstance(exponent, Fraction) and isinstance(base, Fraction):
        return _root(
            base**exponent.numerator if abs(exponent.numerator) < 50 else as_complex(base) ** exponent.numerator,
            Fraction(exponent.denominator),
        )
    return as_complex(base) ** as_complex(exponent)


def _root(value: Value, degree: Value) -> Value:
    """Exact for perfect powers, and real for odd roots of negative reals, as school books have it."""
    if (
        isinstance(degree, Fraction)
        and degree.denominator == 1
        and 2 <= degree.numerator <= 50
        and isinstance(value, Fraction)
    ):
        sign = -1 if value < 0 and degree.numerator % 2 else 1
        if sign * value >= 0:
            top, bottom = (_whole_root(n, degree.numerator) for n in ((sign * value).numerator, value.denominator))
            if top is not None and bottom is not None:
                return sign * Fraction(top, bottom)
        if sign == -1:
            return -(as_complex(-value) ** (1 / degree.numerator))
    degree_value = as_complex(degree)
    return as_complex(value) ** (1 / degree_value) if degree_value != 2 else cmath.sqrt(as_complex(value))


def _whole_root(number: int, degree: int) -> int | None:
    if degree == 2:
        root = math.isqrt(number)
        return root if root * root == number else None
    root = round(number ** (1 / degree)) if number < 10**15 else -1
    return root if root >= 0 and root**degree == number else None


def _factorial(value: Value) -> Value:
    if not isinstance(value, Fraction) or value.denominator != 1 or not 0 <= value.numerator <= _MAX_FACTORIAL:
        raise NoValue("no factorial")
    return Fraction(math.factorial(value.numerator))


def _binomial(n: Value, k: Value) -> Value:
    if (
        not isinstance(n, Fraction)
        or not isinstance(k, Fraction)
        or n.denominator * k.denominator != 1
        or not 0 <= k <= n <= 2000
    ):
        raise NoValue("no binomial")
    return Fraction(math.comb(n.numerator, k.numerator))


def _log(value: Value, base: Value | None = None) -> Value:
    number = cmath.log(as_complex(value))
    return number / cmath.log(as_complex(base)) if base is not None else number / math.log(10)


def _absolute(value: Value) -> Value:
    return abs(value) if isinstance(value, Fraction) else complex(abs(value))


def _rounder(rule: Callable[[Fraction | float], int]) -> Callable[[Value], Value]:
    def apply(value: Value) -> Value:
        if isinstance(value, complex) and value.imag:
            raise NoValue("not real")
        return Fraction(rule(value if isinstance(value, Fraction) else value.real))

    return apply


def _float(function: Callable[[complex], complex]) -> Callable[[Value], Value]:
    return lambda value: function(as_complex(value))


_RULES: dict[str, Callable[..., Value]] = {
    "+": _both(lambda a, b: a + b, lambda a, b: a + b),
    "-": _both(lambda a, b: a - b, lambda a, b: a - b),
    "*": _both(lambda a, b: a * b, lambda a, b: a * b),
    "/": _both(lambda a, b: a / b, lambda a, b: a / b),
    "^": _power,
    "neg": lambda a: -a,
    "group": lambda a: a,
    "%": lambda a: a / 100,
    "°": lambda a: as_complex(a) * math.pi / 180,
    "!": _factorial,
    "binom": _binomial,
    "root": _root,
    "abs": _absolute,
    "floor": _rounder(math.floor),
    "ceil": _rounder(math.ceil),
    "log": _log,
    "lg": _log,
    "ln": _float(cmath.log),
    "exp": _float(cmath.exp),
    "sin": _float(cmath.sin),
    "cos": _float(cmath.cos),
    "tan": _float(cmath.tan),
    "cot": _float(lambda z: 1 / cmath.tan(z)),
    "sec": _float(lambda z: 1 / cmath.cos(z)),
    "csc": _float(lambda z: 1 / cmath.sin(z)),
    "arcsin": _float(cmath.asin),
    "arccos": _float(cmath.acos),
    "arctan": _float(cmath.atan),
    "asin": _float(cmath.asin),
    "acos": _float(cmath.acos),
    "atan": _float(cmath.atan),
    "sinh": _float(cmath.sinh),
    "cosh": _float(cmath.cosh),
    "tanh": _float(cmath.tanh),
}
