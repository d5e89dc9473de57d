"""Grades formulas, equations and inequalities in several letters, without math-verify."""

from __future__ import annotations

import re

from wethink_plugins.rewards.rules.algebra.relation import (
    Statement,
    is_name,
    read_statement,
    same_name,
    same_relation,
    solves,
    turned,
)
from wethink_plugins.rewards.rules.algebra.same import constant_apart, same_function
from wethink_plugins.rewards.rules.algebra.tree import Node, names_in, read_formula
from wethink_plugins.rewards.rules.gold import Gold, split_name
from wethink_plugins.rewards.rules.verdict import Verdict, right, shown, undecided, wrong

_FUNCTION_OF_X = re.compile(r"[fgh]\(x\)")
_INVERSE_OF_X = re.compile(r"[fgh]\^ ?\{? ?-1 ?\}?\(x\)")
_DERIVATIVE = re.compile(r"y'|f'\(x\)|\\frac ?\{ ?dy ?\} ?\{ ?dx ?\}|dy ?/ ?dx")
# The constant of an integral may be a small c; b + c has none.
_INTEGRAL = re.compile(r"[xtuθ].*\+ ?C$")
_CONSTANT = re.compile(r"\+ ?c$")
_ANY_CONSTANT = re.compile(r"\+ ?([cK])$")
_COMMAND = re.compile(r"\\[A-Za-z]+|[a-z]{3,}")
# Functions with which the same antiderivative has several forms; of "15x + C" a number more is another formula.
_SEVERAL_FORMS = re.compile(r"sin|cos|tan|sec|csc|cot|ln|log|e ?\^|sqrt")
_VARIABLES = frozenset(("x", "t", "u", "θ", "theta"))


def grade_formula(text: str, want: Gold) -> Verdict | None:
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
    known = len(variables) == 1 and variables <= _VARIABLES and _SEVERAL_FORMS.search(want.text)
    if known and constant_apart(tree, gold):
        return right("the same but for the constant", "formula")
    if text.replace("|", "").replace(" ", "") == want.text.replace("|", "").replace(" ", ""):
        return undecided("absolute bars", "formula")
    return _verdict(False)


def _same_constant(text: str, want: Gold) -> str:
    """The constant of an integral, in the gold's letter case."""
    if _INTEGRAL.search(want.text):
        constant_name = _ANY_CONSTANT.search(text)
        return (
            _ANY_CONSTANT.sub("+ C", text)
            if constant_name and _COMMAND.sub("", text).count(constant_name[1]) == 1
            else text
        )
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
