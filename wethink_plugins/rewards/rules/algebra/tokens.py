"""Splits a tidy formula into tokens; refuses what isn't one, so that nothing else has to be careful."""

from __future__ import annotations

import re
from typing import NamedTuple

# Chosen: the longest gold formula of the benchmark sets has 160 tokens; hostile ones have thousands.
MAX_TOKENS = 400
FUNCTIONS = frozenset(
    str.split(
        "sin cos tan cot sec csc arcsin arccos arctan asin acos atan sinh cosh tanh log ln lg exp sqrt abs "
        "binom frac floor ceil"
    )
)
GREEK = frozenset(
    str.split(
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi rho sigma tau upsilon phi "
        "chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma "
        "Phi Psi Omega varphi vartheta varrho ell hbar"
    )
)
_GREEK_LETTERS = dict(
    zip("αβγδεζηθικλμνξρστυφχψωΓΔΘΛΞΠΣΦΨΩ", str.split("alpha beta gamma delta epsilon zeta eta theta iota kappa "
        "lambda mu nu xi rho sigma tau upsilon phi chi psi omega "
        "Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega"), strict=True)
)  # fmt: skip
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d{1,3}(?:,\d{3})+(?![\d,])(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)|\\(?P<command>[A-Za-z]+)|"
    r"(?P<name>[^\W\d_]+)|(?P<operator>\*\*|\\[{}]|[-+*/^()\[\]{}|!_%°'·√:]))"
)


# "R1" is R_1, and "m1v1" m_1 v_1; a product has its number in front, but "x5" is 5x.
_INDEXED = re.compile(r"(?<![A-Za-z\\\d_^])(?<!_\{)(?<!frac )(?<!sqrt )(?:[a-wA-Z]\d{1,2}|[xyz][0-4])+(?!\d|\.\d)")
_INDEX = re.compile(r"([A-Za-z])(\d{1,2})")


class Token(NamedTuple):
    """`kind` is number, name, function or operator."""

    kind: str
    text: str


class NotAFormula(ValueError):
    """The text is no formula of the kind that is understood here."""


def tokens_of(text: str) -> list[Token]:
    """Raises NotAFormula, also for words, unknown commands and anything too long."""
    found: list[Token] = []
    at = 0
    text = _INDEXED.sub(lambda run: _INDEX.sub(r"\1_{\2}", run[0]), text.rstrip())
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or len(found) >= MAX_TOKENS:
            raise NotAFormula(text[at : at + 20])
        found += _read(match)
        at = match.end()
    return found


def _read(match: re.Match[str]) -> list[Token]:
    if match["number"]:
        if len(match["number"]) > 300:
            raise NotAFormula("a number of more than 300 digits")
        return [Token("number", match["number"].replace(",", ""))]
    if match["operator"]:
        symbol = {"**": "^", "·": "*", "\\{": "(", "\\}": ")", ":": "/"}.get(match["operator"], match["operator"])
        return [Token("function", "sqrt")] if symbol == "√" else [Token("operator", symbol)]
    if match["command"]:
        return [_command(match["command"])]
    return _letters(match["name"])


def _command(name: str) -> Token:
    if name in FUNCTIONS:
        return Token("function", name)
    if name in GREEK:
        return Token("name", name.removeprefix("var"))
    raise NotAFormula(f"\\{name}")


# "It is A" is no product.
_WORDS = frozenset(("is", "of", "if"))


def _letters(run: str) -> list[Token]:
    """A run of letters as functions, Greek names and single variables; words are no formula."""
    if run in _WORDS or any("\u4e00" <= letter <= "\u9fff" for letter in run):
        raise NotAFormula(run)
    if run in _GREEK_LETTERS:
        return [Token("name", _GREEK_LETTERS[run])]
    if run in FUNCTIONS:
        return [Token("function", run)]
    if run in GREEK or run == "pi":
        return [Token("name", "π" if run == "pi" else run)]
    for name in sorted(FUNCTIONS, key=len, reverse=True):
        if run.startswith(name) and len(run) == len(name) + 1 and len(name) > 2:
            return [Token("function", name), Token("name", _GREEK_LETTERS.get(run[-1], run[-1]))]
    if len(run) == 2 and (run[0] == "Δ" or (run[0] == "d" and run[1] in "xyztuvsθ")):
        return [Token("name", run)]
    if len(run) > 2 and "π" not in run and (len(run) > 4 or _GREEK_LETTERS.keys().isdisjoint(run)):
        raise NotAFormula(run)
    return [Token("name", _GREEK_LETTERS.get(letter, letter)) for letter in run]
