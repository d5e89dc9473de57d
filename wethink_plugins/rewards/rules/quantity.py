"""Grades one number: plain, with a unit, or as a formula or an equation that comes to one."""

from __future__ import annotations

import math
import re
from fractions import Fraction

from wethink_plugins.rewards.rules.algebra.relation import (
    Statement,
    is_name,
    read_statement,
    same_name,
)
from wethink_plugins.rewards.rules.algebra.same import constant, unfinished
from wethink_plugins.rewards.rules.algebra.tree import read_formula
from wethink_plugins.rewards.rules.claim import without_about
from wethink_plugins.rewards.rules.gold import Gold, formula_number, read_gold, split_name
from wethink_plugins.rewards.rules.number import Number, read_tidy
from wethink_plugins.rewards.rules.parts import read_parts
from wethink_plugins.rewards.rules.policy import Policy
from wethink_plugins.rewards.rules.precision import compare, same
from wethink_plugins.rewards.rules.units import read_unit
from wethink_plugins.rewards.rules.verdict import Verdict, right, shown, undecided, wrong
from wethink_plugins.rewards.rules.words import NUMBER_WORDS

# Between two floats; what is printed by people has at most a dozen digits.
_FLOAT = Fraction(1, 10**12)
# "0,5" where the gold has decimals; three digits behind the comma are thousands.
_COMMA_DECIMAL = re.compile(r"(?:[€$£] ?)?[+-]?\d{1,9},(?:\d{1,2}|\d{4,9})(?: ?(?:[€%]|[A-Za-z°]{1,10}))?")
_MOLAR = re.compile(r"(\d{1,9}(?:\.\d{1,9})?) ?(m?)M")
_THOUSANDS = re.compile(r"(\d{1,9}(?:\.\d{1,9})?) ?[KB]")
# "ln x = 12" is about ln x; "sin A = 3/5" may be what was asked for.
_APPLIED = re.compile(r"\\?(?:sqrt|log|ln|exp)\b")
# "3y" and "2t" beside a plain number are multiples of something, and no years and tonnes.
_MULTIPLES = frozenset(("t", "x", "y", "z", "n", "a", "b", "K", "B", "mil"))
_FRACTION = re.compile(r"/|\\frac")
# "$20 profit" is no "$20 loss", and either is $20.
_SENSES = frozenset(str.split("profit loss gain credit debit debt deficit surplus cheaper dearer discount refund"))
_ANGLE = (("angle", 1),)


def grade_quantity(text: str, want: Gold, policy: Policy) -> Verdict:
    """The gold is one number (perhaps written as a formula, perhaps with a unit)."""
    text, want = _molar(text, want, policy)
    number = read_tidy(text)
    if number is not None:
        if number.noun in ("K", "B") and want.number is not None and _is_large_count(want.number):
            number = _grown(text) or number
        if _FRACTION.search(text) and policy.arithmetic == "finished" and _left_to_do(number, want):
            return undecided(f"{shown(text)} is not worked out", "number")
        return _compared(number, text, want, policy)
    if _COMMA_DECIMAL.fullmatch(text) and want.number is not None and want.number.value.denominator > 1:
        return grade_quantity(text.replace(",", "."), want, policy)
    name, value = split_name(text)
    if name:
        if want.name and not same_name(name, want.name):
            return wrong(f"about {shown(name)}, not {shown(want.name)}", "number")
        if not want.name and _APPLIED.match(name):
            return undecided(f"about {shown(name)}", "number")
        return (
            grade_quantity(without_about(value), want, policy) if value != text else undecided("unreadable", "number")
        )
    statement = read_statement(text)
    if statement is not None:
        return _chain(statement, want, policy)
    return _as_formula(text, want, policy)


def _molar(text: str, want: Gold, policy: Policy) -> tuple[str, Gold]:
    """ "0.1 M" beside mol/L; elsewhere M is a million."""
    mine, theirs = _MOLAR.fullmatch(text), _MOLAR.fullmatch(want.text)
    if mine and not theirs and want.number is not None and want.number.unit == read_unit("mol/L"):
        return f"{mine[1]} {mine[2]}mol/L", want
    if theirs and not mine and "mol" in text:
        return text, read_gold(f"{theirs[1]} {theirs[2]}mol/L", policy)
    return text, want


def _is_large_count(number: Number) -> bool:
    return number.value >= 1000 and number.value.denominator == 1 and not number.noun


def _grown(text: str) -> Number | None:
    """ "2.5K" beside a whole number of at least a thousand counts thousands, not kelvins."""
    match = _THOUSANDS.fullmatch(text)
    return read_tidy(f"{match[1]} {'thousand' if text[-1] == 'K' else 'billion'}") if match else None


def _left_to_do(number: Number, want: Gold) -> bool:
    """ "24/2" is no answer where a whole number is asked for."""
    return number.value.denominator == 1 and not number.noun and want.number is not None and want.number.whole


def _as_formula(text: str, want: Gold, policy: Policy) -> Verdict:
    parts = read_parts(text)
    if parts is not None:
        if parts.shape == "set" and len(parts.items) == 1:
            return grade_quantity(parts.items[0], want, policy)
        if parts.shape == "alternatives" and _all_right(parts.items, want, policy):
            return right("the same number twice", "number")
        if parts.shape == "alternatives" and _all_near(parts.items, want):
            return undecided("the same number, rounded or not worked out", "number")
        if sum(map(_says_a_number, parts.items)) > 1:
            return wrong("several answers for one number", "number")
        return undecided(f"no single number in {shown(text)}", "number")
    number = formula_number(text)
    if number is None:
        tree = read_formula(text)
        if tree is not None and constant(text) is None:
            return undecided(f"{shown(text)} is no number", "number")
        return undecided(f"no single number in {shown(text)}", "number")
    tree = read_formula(text)
    if tree is not None and policy.arithmetic == "finished" and want.formula is None and unfinished(tree):
        return undecided(f"{shown(text)} is not worked out", "number")
    return _compared(number, text, want, policy)


def _all_right(items: tuple[str, ...], want: Gold, policy: Policy) -> bool:
    """ "0.75 or 75%"."""
    return all(grade_quantity(item, want, policy).decision == "right" for item in items)


def _all_near(items: tuple[str, ...], want: Gold) -> bool:
    """ "1/3 or 0.33", within a hundredth of the gold."""
    values = [number.value for item in items if (number := read_tidy(without_about(item)))]
    gold = want.number.value if want.number else Fraction(0)
    return len(values) == len(items) and all(
        0 < abs(value - gold) * 100 <= abs(gold) or value == gold for value in values
    )


def _says_a_number(text: str) -> bool:
    return any(c.isdigit() for c in text) or not NUMBER_WORDS.isdisjoint(text.casefold().split())


def _compared(number: Number, text: str, want: Gold, policy: Policy) -> Verdict:
    if want.number is None:
        return undecided("the gold is no number", "number")
    senses = _SENSES & set(text.casefold().split()), _SENSES & set(want.text.casefold().split())
    if all(senses) and senses[0] != senses[1]:
        return undecided(f"{shown(text)} beside {shown(want.text)}", "number")
    angle = _angles(number, text, want)
    if angle is not None:
        return angle
    apart = text.endswith(f" {number.noun}") and number.noun != "mil"
    if not want.number.noun and number.noun in _MULTIPLES and not apart:
        return undecided(f"a multiple of {shown(number.noun)}", "number")
    verdict = compare(number, want.number, policy)
    if verdict.decision == "wrong" and verdict.reason == "another number" and _float_alike(number, want.number):
        return right("same value", "formula")
    return verdict


def _angles(number: Number, text: str, want: Gold) -> Verdict | None:
    """Degrees beside radians, where a multiple of π without a unit is in radians."""
    if want.number is None or number.unit == want.number.unit:
        return None
    degrees = [_degrees(number, text), _degrees(want.number, want.text)]
    if degrees[0] is None or degrees[1] is None or "π" not in text + want.text:
        return None
    near = abs(degrees[0] - degrees[1]) <= _FLOAT * max(abs(degrees[0]), abs(degrees[1]), Fraction(1))
    return right("same angle", "number") if near else wrong("another angle", "number")


def _degrees(number: Number, text: str) -> Fraction | None:
    if number.unit is not None:
        return number.value * number.unit.factor if number.unit.dimension == _ANGLE else None
    return number.value * Fraction(180 / math.pi) if "π" in text else None


def _float_alike(got: Number, want: Number) -> bool:
    """Values of formulas come as floats; their last digits are arithmetic noise."""
    if got.quantum or want.quantum or (got.whole and want.whole) or (got.unit != want.unit and got.unit and want.unit):
        return False
    noisy = max(got.value.denominator.bit_length(), want.value.denominator.bit_length()) >= 40
    return noisy and abs(got.value - want.value) <= _FLOAT * max(abs(got.value), abs(want.value))


def _chain(statement: Statement, want: Gold, policy: Policy) -> Verdict:
    """ "5 + 7 = 12", "x = 2√3 ≈ 3.46": every member must agree with its neighbours, or nothing is claimed."""
    if any(sign not in "=≈" for sign in statement.signs):
        return wrong("a relation, not a number", "number")
    members, signs = list(statement.parts), list(statement.signs)
    if is_name(members[-1]) and constant(members[-1]) is None and not is_name(members[0]):
        members, signs = members[::-1], signs[::-1]
    if is_name(members[0]) and constant(members[0]) is None:
        if want.name and not same_name(members[0], want.name) and len(members) == 2:
            return undecided(f"about {shown(members[0])}, not {shown(want.name)}", "number")
        members, signs = members[1:], signs[1:]
    numbers = [read_tidy(without_about(member)) or formula_number(member) for member in members]
    if any(number is None for number in numbers):
        return undecided(f"can't read {shown(' = '.join(statement.parts))}", "number")
    known = [number for number in numbers if number]
    for one, two, sign in zip(known, known[1:], signs, strict=False):
        if not _agree(one, two, sign):
            return wrong("the equation is false", "number")
    verdicts = [_compared(number, member, want, policy) for number, member in zip(known, members, strict=True)]
    return next((v for v in verdicts if v.decision == "right"), verdicts[-1])


def _agree(one: Number, two: Number, sign: str) -> bool:
    if same(one, two, Policy(rounding="displayed")) or _float_alike(one, two) or _float_alike(two, one):
        return True
    return sign == "≈" and abs(one.value - two.value) * 50 <= max(abs(one.value), abs(two.value))
