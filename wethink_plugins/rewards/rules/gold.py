"""The gold answer, read once: everything that the graders want to know about it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from wethink_plugins.rewards.rules import moment
from wethink_plugins.rewards.rules.algebra.relation import Statement, is_name, read_statement
from wethink_plugins.rewards.rules.algebra.same import constant, real
from wethink_plugins.rewards.rules.algebra.tree import Node, read_formula
from wethink_plugins.rewards.rules.bounds import read_bound
from wethink_plugins.rewards.rules.claim import bare
from wethink_plugins.rewards.rules.latex import tidy
from wethink_plugins.rewards.rules.number import CHOOSE, Number, read_tidy
from wethink_plugins.rewards.rules.parts import Parts, read_parts
from wethink_plugins.rewards.rules.policy import Policy
from wethink_plugins.rewards.rules.region import Piece, read_region
from wethink_plugins.rewards.rules.truth import gold_truth
from wethink_plugins.rewards.rules.units import read_unit

_MATHS = re.compile(r"[\d\\^=+*/<>≤≥≠√π∞±∪∈{}\[\]|]")
_LETTER_SUM = re.compile(r"[A-Za-z](?: ?[-+] ?[A-Za-z]){1,9}")
_RANGE = re.compile(
    r"(?:from |between )?(?P<low>[^a-z-]{1,20}?[a-z%°]{0,6}) ?(?:-|~| to | and |到|至) ?(?P<high>\d[^-]{0,24})",
    re.IGNORECASE,
)
_RATIO = re.compile(
    r"(\d{1,9}(?:\.\d{1,6})?) ?(?::| to |比) ?(\d{1,9}(?:\.\d{1,6})?)((?: ?(?::| to |比) ?\d{1,9}(?:\.\d{1,6})?){0,4})"
)
_CHEMICAL = re.compile(
    r"(?=.*\d)(?:\d{0,2}\(?(?:[A-Z][a-z]?)(?:_?\{?\d{0,3}\}?)\)?(?:_?\{?\d{0,2}\}?)){2,12}|(?:[A-Z][a-z]?_?\{?\d{1,"
    r"2}\}?){1,6}|(?:[A-Z][a-z]?_?\{?\d{0,2}\}?){1,6}\^?\{?\d?[+-]\}?"
)
# "1s2 2s2 2p6": electrons in shells.
_SHELLS = re.compile(r"(?:\[[A-Z][a-z]\] ?)?(?:[1-7][spdf] ?\^? ?\{? ?\d{1,2} ?\}? ?){2,12}")
# "B2", "A-12": the name of a place, a plate, a vitamin; a product has its number in front.
_LABEL = re.compile(r"[A-Za-z]{1,3}-?\d{1,4}(?:\.\d{1,4}){0,3}|\d{1,4}[A-Z]")
# "3 x 5": a size.
_SIZE = re.compile(r"\d{1,5}(?:\.\d{1,4})? ?(?:[x*]|by) ?\d{1,5}(?:\.\d{1,4})?")
_ERA = re.compile(r"\d{1,5} ?(?:BCE?|CE|AD)|(?:AD|CE) ?\d{1,5}")
# A bearing: "N 30° E" is no product.
_BEARING = re.compile(r"[NSEW] ?\d{1,3}(?:\.\d{1,3})?° ?[NSEW]")
_DECADE = re.compile(r"[12]\d\d0s")
_FORMULA_UNIT = re.compile(r"(.{1,300}?(?:[\dπ)}]|\\?pi)) ?(?!π)([^\W\d_][\w/^{}· ]{0,30}|°)")


@dataclass(frozen=True)
class Gold:
    """`name` is the left side of "x = 3", the other fields are about its right side; None: it is no such thing."""

    text: str
    name: str = ""
    truth: bool | None = None
    date: moment.Date | None = None
    time: moment.Time | None = None
    amount: moment.Amount | None = None
    weekday: int | None = None
    month: int | None = None
    bound: tuple[str, str] | None = None
    number: Number | None = None
    ratio: tuple[str, ...] | None = None
    range: tuple[str, str] | None = None
    region: tuple[Piece, ...] | None = None
    parts: Parts | None = None
    statement: Statement | None = None
    formula: Node | None = None
    chemical: str = ""


@lru_cache(maxsize=8192)
def read_gold(gold: str, policy: Policy) -> Gold:
    """Never raises; what can't be read is text."""
    text = bare(tidy(gold[:2000]))
    truth = gold_truth(text)
    if truth is not None:
        return Gold(text, truth=truth)
    moments = _moments(text, policy)
    if moments:
        return moments
    name, value = split_name(text)
    number = read_tidy(value)
    if number is not None:
        return Gold(text, name, number=number, amount=moment.amount_of(value))
    return _written(text, name, value)


def _moments(text: str, policy: Policy) -> Gold | None:
    if (date := moment.read_date(text, policy)) is not None:
        return Gold(text, date=date)
    if (time := moment.read_time(text)) is not None:
        return Gold(text, time=time, amount=moment.clock_amount(text), ratio=read_ratio(text))
    if (amount := moment.read_amount(text)) is not None:
        return Gold(text, amount=amount)
    if (weekday := moment.read_weekday(text)) is not None:
        return Gold(text, weekday=weekday)
    if len(text) > 3 and (month := moment.read_month(text)) is not None:
        return Gold(text, month=month)
    return None


def _written(text: str, name: str, value: str) -> Gold:
    if (bound := read_bound(text)) is not None and read_tidy(bound[1]):
        return Gold(text, bound=bound)
    if (span := read_range(text)) is not None:
        return Gold(text, range=span)
    if (ratio := read_ratio(value)) is not None:
        return Gold(text, name, ratio=ratio)
    if _ERA.fullmatch(text):
        return Gold(text)
    if read_chemical(text):
        return Gold(text, chemical=read_chemical(text))
    if _LABEL.fullmatch(text.removeprefix("at ")) or _BEARING.fullmatch(text) or _SIZE.fullmatch(text):
        return Gold(text)
    region = read_region(text)
    # An inequality in one unknown is a set of numbers, and its "or" no list; its "and" may be written as one.
    is_list = region is None or " and " in text or not any(sign in text for sign in "<>≤≥≠")
    parts = read_parts(value) if is_list else None
    if region is not None or parts is not None:
        return Gold(text, name, region=region, parts=parts, statement=read_statement(text))
    if not looks_like_maths(value) and not name:
        return Gold(text)
    measured = formula_number(value)
    if measured is not None:
        return Gold(text, name, number=measured, formula=read_formula(value), statement=read_statement(text))
    return Gold(text, name, statement=read_statement(text), formula=read_formula(value))


def split_name(text: str) -> tuple[str, str]:
    """("x", "3") for "x = 3"; the name is empty where the left side is more than a name."""
    if text.count("=") != 1 or any(sign in text for sign in "<>≤≥≠"):
        return "", text
    left, _, right = text.partition("=")
    if right.strip() and is_name(left) and constant(left.strip()) is None:
        return left.strip(), right.strip()
    return "", text


def looks_like_maths(text: str) -> bool:
    return bool(_MATHS.search(text) or _LETTER_SUM.fullmatch(text)) or (len(text) == 1 and text.isalpha())


def read_range(text: str) -> tuple[str, str] | None:
    """("2007", "2008") for "2007-2008" and "from 2007 to 2008"; both ends must be numbers."""
    if len(text) > 60 or "^" in text or text.startswith("-"):
        return None
    match = _RANGE.fullmatch(text)
    if (
        match is None
        or match["low"].rstrip()[-1:] in ",;"
        or read_tidy(match["low"]) is None
        or read_tidy(match["high"]) is None
    ):
        return None
    if " and " in text.casefold() and not text.casefold().startswith("between"):
        return None
    return match["low"].strip(), match["high"].strip()


def read_ratio(text: str) -> tuple[str, ...] | None:
    match = _RATIO.fullmatch(text.strip()) if len(text) < 80 else None
    if match is None:
        return None
    return (match[1], match[2], *re.findall(r"[\d.]+", match[3]))


def read_chemical(text: str) -> str:
    """A chemical formula without its typesetting ("H_2O" is "H2O"), or nothing."""
    if _SHELLS.fullmatch(text):
        return re.sub("[ _^{}]", "", text)
    plain = text.replace(" ", "")
    if not 2 <= len(plain) <= 40 or plain[:1].islower() or not _CHEMICAL.fullmatch(plain) or read_unit(text):
        return ""
    return re.sub("[_^{}]", "", plain)


@lru_cache(maxsize=8192)
def formula_number(text: str) -> Number | None:
    """A formula without variables as a number, with the unit behind it if there is one ("2\\sqrt{3} cm")."""
    value = real(constant(text))
    if value is not None:
        return Number(value)
    match = _FORMULA_UNIT.fullmatch(text) if len(text) < 330 else None
    unit = read_unit(match[2]) if match else None
    if match is None or unit is None or _DECADE.fullmatch(text) or CHOOSE.fullmatch(match[2]):
        return None
    value = real(constant(match[1]))
    return None if value is None else Number(value, unit=unit, noun=match[2].strip())
