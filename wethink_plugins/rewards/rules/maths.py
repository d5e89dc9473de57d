"""Grades numbers that come as formulas, formulas, equations and inequalities, without math-verify."""

from __future__ import annotations

import math
import re
from fractions import Fraction

from wethink_plugins.rewards.rules.algebra.relation import (
    Statement,
    is_name,
    read_statement,
    same_name,
    same_relation,
    solves,
    turned,
)
from wethink_plugins.rewards.rules.algebra.same import constant, constant_apart, same_function, unfinished
from wethink_plugins.rewards.rules.algebra.tree import Node, names_in, read_formula
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
_FUNCTION_OF_X = re.compile(r"[fgh]\(x\)")
_INVERSE_OF_X = re.compile(r"[fgh]\^ ?\{? ?-1 ?\}?\(x\)")
_DERIVATIVE = re.compile(r"y'|f'\(x\)|\\frac ?\{ ?dy ?\} ?\{ ?dx ?\}|dy ?/ ?dx")
# The constant of an integral may be a small c; b + c has none.
_INTEGRAL = re.compile(r"[xtuθ].*\+ ?C$")
_CONSTANT = re.compile(r"\+ ?c$")
_ANY_CONSTANT = re.compile(r"\+ ?([cK])$")
_VARIABLES = frozenset(("x", "t", "u", "θ", "theta"))
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
        if "/" in text and policy.arithmetic == "finished" and _left_to_do(number, want):
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
            return undecided("the same number, rounded", "number")
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


def grade_formula(text: str, want: Gold, policy: Policy) -> Verdict | None:
    """The gold has variables or relations. None when the answer can't be read as a formula."""
    text = _same_constant(text, want)
    statement = read_statement(text)
    if statement and want.statement and _written_out(turned(statement)) == _written_out(want.statement):
        return right("same relation", "formula")
    if want.statement is not None and not want.name:
        return _relation(text, statement, want)
    if want.formula is None:
        return None
    name, value = split_name(text)
    named = bool(name and want.name) and (same_name(name, want.name) or _same_graph(name, want.name))
    if statement is not None and want.statement is not None and want.name and not named:
        alike = same_relation(statement, want.statement)
        if alike is not None:
            return _verdict(alike) if alike else _rearranged(statement, want.statement) or _verdict(alike)
    if statement is not None and not name:
        return _last_of(statement, want)
    if name and want.name and not named:
        return undecided(f"about {shown(name)}, not {shown(want.name)}", "formula")
    tree = read_formula(value)
    if tree is None:
        return None
    alike = same_function(tree, want.formula)
    if alike is False and not want.name and _INTEGRAL.search(want.text) and _INTEGRAL.search(value):
        return _antiderivative(tree, want.formula, value, want)
    return None if alike is None else _verdict(alike)


def _antiderivative(tree: Node, gold: Node, text: str, want: Gold) -> Verdict:
    """ "-cos²x / 2 + C" for "sin²x / 2 + C"; "ln x + C" beside "ln|x| + C" is another matter of taste."""
    variables = names_in(gold) - {"C", "e"}
    if len(variables) == 1 and variables <= _VARIABLES and constant_apart(tree, gold):
        return right("the same but for the constant", "formula")
    if text.replace("|", "").replace(" ", "") == want.text.replace("|", "").replace(" ", ""):
        return undecided("absolute bars", "formula")
    return _verdict(False)


def _same_constant(text: str, want: Gold) -> str:
    """The constant of an integral, in the gold's letter case."""
    if _INTEGRAL.search(want.text):
        constant_name = _ANY_CONSTANT.search(text)
        return _ANY_CONSTANT.sub("+ C", text) if constant_name and text.count(constant_name[1]) == 1 else text
    if want.formula is None or not _CONSTANT.search(want.text) or not text.endswith("C"):
        return text
    variables = names_in(want.formula) - {"c", "e"}
    return re.sub(r"\+ ?C$", "+ c", text) if len(variables) == 1 and variables <= _VARIABLES else text


def _same_graph(one: str, two: str) -> bool:
    """f(x) is y, by convention; y is the inverse where that was asked for, which only the gold says."""
    if _DERIVATIVE.fullmatch(one) and _DERIVATIVE.fullmatch(two):
        return True
    if one == "y" and _INVERSE_OF_X.fullmatch(two):
        return True
    return "y" in (one, two) and any(_FUNCTION_OF_X.fullmatch(name) for name in (one, two))


def _relation(text: str, statement: Statement | None, want: Gold) -> Verdict | None:
    if statement is None:
        tree = read_formula(text)
        if tree is not None and _is_a_side(tree, want.statement):
            return undecided("one side of the relation", "formula")
        return wrong("an expression for a relation", "formula") if tree is not None else None
    if want.statement is None or (statement.parts == want.statement.parts and statement.signs == want.statement.signs):
        return right("same relation", "formula")
    if _written_out(want.statement) == _written_out(statement):
        return right("same relation", "formula")
    alike = same_relation(statement, want.statement)
    if alike is False and (_rearranged(statement, want.statement) or _identity(want.statement)):
        return undecided("a relation in another arrangement", "formula")
    return None if alike is None else _verdict(alike)


def _rearranged(one: Statement, two: Statement) -> Verdict | None:
    """ "V = IR" beside "R = V/I": the same letters, solved for another one. Whether that was asked for is not known here."""
    if one.signs != ("=",) or two.signs != ("=",) or one.parts[0] == two.parts[0]:
        return None
    if not solves(one, two) and not solves(two, one):
        return None
    return undecided("a relation in another arrangement", "formula")


def _identity(statement: Statement) -> bool:
    """ "sin²x + cos²x = 1" holds everywhere, so that its zeros tell nothing."""
    left, right_side = (read_formula(part) for part in (statement.parts[0], statement.parts[-1]))
    return bool(left and right_side and same_function(left, right_side))


def _is_a_side(tree: Node, statement: Statement | None) -> bool:
    side = read_formula(statement.parts[-1]) if statement else None
    return bool(side and names_in(side) and same_function(tree, side))


def _written_out(statement: Statement) -> tuple[str, ...]:
    """Without subscripts and spaces, so that the equation of a reaction agrees with its typeset form."""
    return (*(re.sub(r"[_{} ]", "", part) for part in statement.parts), *statement.signs)


def _last_of(statement: Statement, want: Gold) -> Verdict | None:
    """ "(x+1)^2 = x^2+2x+1" for a gold of x^2+2x+1: right when every member is the gold."""
    if want.formula is None or any(sign != "=" for sign in statement.signs):
        return None
    members = statement.parts[1:] if is_name(statement.parts[0]) and len(statement.parts) > 2 else statement.parts
    trees = [read_formula(member) for member in members]
    results = [same_function(tree, want.formula) if tree else None for tree in trees]
    if any(result is None for result in results):
        return None
    return _verdict(all(results))


def _verdict(alike: bool) -> Verdict:
    return right("same formula", "formula") if alike else wrong("another formula", "formula")
