"""Numbers, as exact fractions: whole, decimal, fraction, mixed, scientific, percent, in words, with scale and unit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from wethink_plugins.rewards.rules.latex import tidy
from wethink_plugins.rewards.rules.units import Unit, read_unit
from wethink_plugins.rewards.rules.words import (
    NUMBER_WORDS,
    SCALES,
    chinese_value,
    ordinal_value,
    roman_value,
    words_value,
)

# 10**400 is beyond anything measured, and Fraction("1e999999999") would fill the memory.
MAX_EXPONENT = 400


@dataclass(frozen=True)
class Number:
    """One number as written.

    `quantum` is the step of its last decimal (0 without a decimal point: exact), `digits` how many of its digits are
    significant; `whole` says that it is written as a plain integer; `noun` is a unit as written, or what is counted.
    """

    value: Fraction
    quantum: Fraction = Fraction(0)
    digits: int = 0
    percent: bool = False
    unit: Unit | None = None
    noun: str = ""
    whole: bool = False
    ordinal: bool = False


_BODY = (
    r"(?P<body>\d{1,3}(?:,\d{3}){1,12}|\d{1,2}(?:,\d{2}){1,12},\d{3}|\d{1,3}(?: \d{3}){1,12}|\d{1,"
    r"3}(?:['_]\d{3}){1,12}|\d{1,3}(?:\.\d{3}){2,12}|\d{1,300})"
)
# Every repetition is bounded and no two neighbours can match the same text, so matching is linear.
_NUMBER = re.compile(
    r"(?P<sign>[+-]|minus |negative |负|零下)? ?(?P<currency>US\$|[$£€¥₹₩]|(?:USD|GBP|EUR|RMB|CNY|JPY|INR|Rs\.?)(?= "
    r"?\d))? ?(?P<inner>[+-])?"
    rf"(?:{_BODY}(?!\d))?(?P<decimals>\.\d{{0,300}})?(?P<dots> ?(?:\.\.\.|…))?"
    r"(?: ?/ ?(?P<denominator>\d{1,40}(?![\d.]))|(?: | ?and |-)(?P<top>\d{1,9}) ?/ ?(?P<bottom>\d{1,9}(?![\d.])))?"
    r"(?:(?: ?[*x·] ?10 ?\^? ?(?:\{ ?(?P<power>[+-]?\d{1,9}) ?\}|\(?(?P<bare>[+-]?\d{1,9})\)?)|[eE](?P<e>[+-]?\d{1,"
    r"9})(?![\d.])))?"
    r"(?P<rest>(?![\d.,/^!]).{0,80})"
)
_PERCENT = re.compile(r"(?:%|percent|per cent|pct\.?|percentage points?|percentage|pp)(?: of .{1,40})?", re.IGNORECASE)
_SCALE = re.compile(
    r"(hundred|thousand|million|billion|trillion|dozen|bn|mn|mln|k|K|M|B|"
    r"千万|百万|千|百|万|萬|亿|億)(?![A-Za-z])(?: (?:of "
    r")?(.{0,60}))?$|(千万|百万|千|百|万|萬|亿|億)(.{0,20})$"
)
_SCALES = {
    **SCALES, "dozen": 12, "bn": 10**9, "mn": 10**6, "mln": 10**6, "k": 10**3, "K": 10**3, "M": 10**6, "B": 10**9,
    "千": 10**3, "百": 10**2, "万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8, "百万": 10**6, "千万": 10**7,
}  # fmt: skip
# Without a currency in front these are kelvin and byte.
_UNITS_TOO = ("K", "B")
_TEN_POWER = re.compile(
    r"(?P<sign>-)?10 ?\^ ?(?:\{ ?(?P<braced>[+-]?\d{1,9}) ?\}|\(?(?P<bare>[+-]?\d{1,9})\)?)(?P<rest>(?![\d.,/^!]).{0,"
    r"80})"
)
_FRACTION = re.compile(
    r"(?P<sign>-)? ?(?P<whole>\d{1,12})? ?\\frac ?(?:\{ ?(?P<top>-?\d{1,40}) ?\} ?\{ ?(?P<bottom>\d{1,40}) ?\}|"
    r"(?P<t>\d) ?(?P<b>\d)(?!\d)|(?P<t2>\d) ?\{ ?(?P<b2>\d{1,40}) ?\})(?P<rest>(?![\d.,/^!]).{0,80})"
)
_SAME_UNIT = {
    "US$": "$",
    "USD": "$",
    "GBP": "£",
    "EUR": "€",
    "RMB": "¥",
    "CNY": "¥",
    "JPY": "¥",
    "Rs": "₹",
    "Rs.": "₹",
    "INR": "₹",
    "'": "ft",
    '"': "in",
}
# Words behind a number that change it, or that make it one of several.
_NO_NOUN = frozenset(
    str.split("or and to not no none never minus plus times squared cubed factorial if else through off less more "
        "over under least most between than half quarter "
    "th st nd rd ago pm am divided by mod modulo percent instead without fewer nor either but unless except rather "
    "wrong false incorrect versus vs at "
    "above below up import print sin cos tan log ln exp sqrt pi therefore so hence answer squared tenths tenth "
    "hundredths hundredth thousandths maybe perhaps "
    "base inverse power bc bce thirds fourths fifths sixths sevenths eighths ninths twelfths sixteenths millionth "
    "millionths billionths lakh lakhs crore crores quadrillion quintillion gross dozens doubled tripled halved too cannot nope "
    "impossible unlikely seems tens hundreds thousands millions billions trillions basis non onward onwards ")
) | (NUMBER_WORDS - {"a", "an"})  # fmt: skip
_NO_NOUN_CHINESE = re.compile(
    "[或和到至以不多少超约除加减乘非没上下内外负点分]|半$|^[打成]$|的(?:平方|立方|倒数|相反数|一半|两倍|几倍)|^是?错(?:的|误的?)?$|^有误$|^年?前$|几$"
)
# "12 invalid" and "12 is ruled out" take it back, "3 invalid entries" are counted.
_TAKEN_OUT = re.compile(
    r"(?:(?:is|are|was|were|can be|should be|must be) )?(?:excluded|ruled out|invalid|eliminated|rejected|crossed out)|"
    r".*\b(?:is|are) too (?:large|small|big|high|low|long|short|much|many|few|little)"
)
# "5C2" counts choices, and "5P2" orders.
CHOOSE = re.compile(r"[CP]_?\{?\d{1,3}\}?")
_WORD = re.compile(r"[^\W\d_][^\W\d_'’-]*")
_ADJECTIVES = re.compile(
    r" (?:long|tall|high|wide|deep|old|thick|away|heavy|in (?:length|total|all|height|width|area|volume|diameter)|"
    r"total|altogether|each|apiece|left|remaining)$",
    re.IGNORECASE,
)


def read_number(text: str) -> Number | None:
    """The number that the whole text is, or None. Safe for any text."""
    return read_tidy(tidy(text[:2000])) if text else None


@lru_cache(maxsize=8192)
def read_tidy(text: str) -> Number | None:
    """`read_number` of a text that is tidy already."""
    text = text.strip().rstrip(".,;:").strip()
    if len(text) > 2 and text[0] == text[-1] and text[0] in "\"'":
        text = text[1:-1].strip()
    if text.endswith("!") and not text[-2:-1].isdigit():
        text = text.rstrip("! ")
    if not text or len(text) > 400:
        return None
    if text.isdigit() and text.isascii() and len(text) < 300:
        return Number(Fraction(int(text)), whole=True)
    if text[0] in "([{" and text[-1] in ")]}" and text[1:-1].strip(" ").replace(".", "", 1).lstrip("+-").isdigit():
        return read_tidy(text[1:-1])
    if text.endswith(")") and " (" in text:
        return _said_twice(text)
    if text[:-2].isdigit() and text[-2:] in ("st", "nd", "rd", "th"):
        place = ordinal_value(text)
        return None if place is None else Number(Fraction(place), whole=True, ordinal=True)
    if text[0].isalpha() or (text[-1].isalpha() and not text[:1].isascii()):
        found = _in_words(text)
        if found is not None:
            return found
    for pattern, reader in ((_TEN_POWER, _ten_power), (_NUMBER, _plain), (_FRACTION, _fraction)):
        match = pattern.fullmatch(text)
        if match:
            found = reader(match)
            if found is not None:
                return found
    return None


def _said_twice(text: str) -> Number | None:
    """ "5 (five)" and "five (5)" are one number, "12 (13)" is none; "12 cm (about a hand)" is left to others."""
    front, _, aside = text[:-1].partition(" (")
    one, two = read_tidy(front), read_tidy(aside)
    if one and two:
        return one if one.value == two.value else None
    match = _NUMBER.fullmatch(text)
    return _plain(match) if match else None


def _ten_power(match: re.Match[str]) -> Number | None:
    exponent = int(match["braced"] or match["bare"])
    if abs(exponent) > MAX_EXPONENT:
        return None
    value = Fraction(10) ** exponent * (-1 if match["sign"] else 1)
    return _with_rest(Number(value), match["rest"], "")


def _fraction(match: re.Match[str]) -> Number | None:
    top, bottom = match["top"] or match["t"] or match["t2"], match["bottom"] or match["b"] or match["b2"]
    if int(bottom) == 0 or (match["whole"] and top.startswith("-")):
        return None
    value = int(match["whole"] or 0) + Fraction(int(top), int(bottom))
    return _with_rest(Number(-value if match["sign"] else value), match["rest"], "")


def _plain(match: re.Match[str]) -> Number | None:
    body, decimals = match["body"], (match["decimals"] or "")[1:]
    if body is None and not decimals:
        return None
    digits = re.sub(r"[ ,'_.]", "", body or "") + decimals
    value = Fraction(int(digits), 10 ** len(decimals))
    quantum = Fraction(1, 10 ** len(decimals)) if decimals else Fraction(0)
    whole = not decimals and not match["denominator"] and not match["top"]
    value_parts = _with_parts(match, value)
    exponent = int(match["power"] or match["bare"] or match["e"] or 0)
    if value_parts is None or abs(exponent) > MAX_EXPONENT:
        return None
    scale = Fraction(10) ** exponent
    sign = -1 if (match["sign"] or "+") != "+" else 1
    sign = -sign if match["inner"] == "-" else sign
    number = Number(
        sign * value_parts * scale,
        quantum * scale,
        len(digits.lstrip("0")) if decimals else 0,
        whole=whole and not exponent,
    )
    return _with_rest(number, match["rest"], (match["currency"] or ""))


def _with_parts(match: re.Match[str], value: Fraction) -> Fraction | None:
    if match["denominator"]:
        return value / int(match["denominator"]) if int(match["denominator"]) else None
    if match["top"]:
        if (
            not int(match["bottom"])
            or match["decimals"]
            or (match[0][match.start("top") - 1] == "-" and int(match["top"]) >= int(match["bottom"]))
        ):
            return None
        return value + Fraction(int(match["top"]), int(match["bottom"]))
    return value


def _with_rest(number: Number, rest: str, currency: str) -> Number | None:
    glued = bool(rest) and rest[0] not in " -"
    if rest.strip() == "-":
        return None
    if rest == "s" and number.whole and 1000 <= number.value <= 3000 and number.value % 10 == 0:
        return None
    rest = rest.strip().lstrip("-").strip()
    if rest.startswith("(") and rest.endswith(")"):
        rest = rest[1:-1].strip()
    if not rest:
        return _replaced(number, currency, glued) if currency else number
    if _PERCENT.fullmatch(rest):
        return (
            Number(number.value, number.quantum, number.digits, True, None, "", number.whole) if not currency else None
        )
    # "3千米" is three kilometres and not three thousand metres.
    scaled = _SCALE.match(rest) if rest.isascii() or read_unit(rest) is None else None
    if scaled and (currency or (scaled[1] or scaled[3]) not in _UNITS_TOO):
        factor = Fraction(_SCALES[scaled[1] or scaled[3]])
        grown = Number(number.value * factor, number.quantum * factor, number.digits)
        return _with_rest(grown, " " + (scaled[2] or scaled[4] or ""), currency)
    if currency:
        named = read_unit(rest)
        return (
            _replaced(number, currency, glued)
            if (named is None and _is_noun(rest)) or named == read_unit(_SAME_UNIT.get(currency, currency))
            else None
        )
    return _replaced(number, rest, glued)


def _replaced(number: Number, noun: str, glued: bool) -> Number | None:
    trimmed = _ADJECTIVES.sub("", noun) if " " in noun else noun
    unit = read_unit(_SAME_UNIT.get(trimmed, trimmed))
    if unit is None and trimmed.endswith(")") and " (" in trimmed:
        trimmed, _, again = trimmed[:-1].partition(" (")
        unit = read_unit(trimmed)
        if unit is None or unit != read_unit(again):
            return None
    if glued and CHOOSE.fullmatch(trimmed):
        return None
    if unit is None and (not _is_noun(noun) or (glued and noun.isascii())):
        return None
    return Number(number.value, number.quantum, number.digits, False, unit, trimmed, number.whole)


def _is_noun(text: str) -> bool:
    """Whether this can be what is counted: a few words, none of which changes the number."""
    words = text.replace(",", " ").replace(".", " ").replace("(", " ").replace(")", " ").casefold().split()
    if (
        words in (["repeating"], ["recurring"])
        or not words
        or len(words) > 8
        or not all(_WORD.fullmatch(word) for word in words)
    ):
        return False
    if _TAKEN_OUT.fullmatch(" ".join(words)) or any(
        word in _NO_NOUN
        or (len(word) == 1 and word != "a" and not "\u4e00" <= word <= "\u9fff")
        or word.endswith("n't")
        for word in words
    ):
        return False
    return text.isascii() or not _NO_NOUN_CHINESE.search(text)


def _in_words(text: str) -> Number | None:
    value = words_value(text)
    if value is not None:
        return Number(value, whole=value.denominator == 1)
    if not text.isascii():
        return _in_chinese(text)
    roman = roman_value(text)
    if roman is not None:
        return Number(Fraction(roman), whole=True)
    place = ordinal_value(text)
    if place is not None:
        return Number(Fraction(place), whole=True, ordinal=True)
    return _words_with_noun(text)


def _words_with_noun(text: str) -> Number | None:
    words = text.split()
    for cut in range(min(len(words) - 1, 12), 0, -1):
        value = words_value(" ".join(words[:cut]))
        if value is None and cut == 1 and words[0].casefold() in ("a", "an") and read_unit(words[1]):
            value = Fraction(1)
        if value is not None:
            return _with_rest(Number(value, whole=value.denominator == 1), " " + " ".join(words[cut:]), "")
    return None


def _in_chinese(text: str) -> Number | None:
    for cut in range(min(len(text), 40), 0, -1):
        value = chinese_value(text[:cut])
        if value is not None and not text[:cut].isdigit():
            percent = text.startswith(("百分之", "负百分之"))
            number = Number(
                value * (100 if percent else 1), percent=percent, whole=value.denominator == 1 and not percent
            )
            return number if cut == len(text) else _with_rest(number, text[cut:], "")
    return None
