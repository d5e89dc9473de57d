"""Dates, times of day and durations: the same moment in another notation."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from fractions import Fraction

from wethink_plugins.rewards.rules.number import read_tidy
from wethink_plugins.rewards.rules.policy import Policy
from wethink_plugins.rewards.rules.units import Dimension, Unit, comparable, read_unit
from wethink_plugins.rewards.rules.words import chinese_value, words_value

_MONTHS = str.split("january february march april may june july august september october november december")
_MONTH = (
    {name[:3]: i for i, name in enumerate(_MONTHS, 1)} | {name: i for i, name in enumerate(_MONTHS, 1)} | {"sept": 9}
)
_DAYS = str.split("monday tuesday wednesday thursday friday saturday sunday")
_DAY = {
    **{name: i for i, name in enumerate(_DAYS)},
    "mon": 0,
    "tue": 1,
    "tues": 1,
    "wed": 2,
    "weds": 2,
    "thu": 3,
    "thur": 3,
    "thurs": 3,
    "fri": 4,
    "sat": 5,
    "sun": 6,
}
_DAY |= {prefix + c: i for prefix in ("星期", "周", "礼拜") for i, c in enumerate("一二三四五六日")} | {
    "星期天": 6,
    "周天": 6,
    "礼拜天": 6,
}
_NAME = r"(?P<month>[A-Za-z]{3,9})\.?"
_ORDINAL = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_NAME} (?:the )?{_ORDINAL}(?:,? ?,? (?:of )?(?P<year>\d{{4}}))?",
        rf"(?:the )?{_ORDINAL},? (?:of )?{_NAME}(?:,? (?P<year>\d{{4}}))?",
        rf"(?P<year>\d{{4}}),? {_NAME} {_ORDINAL}",
        rf"{_ORDINAL}-{_NAME}-(?P<year>\d{{4}})",
        rf"{_NAME},? (?:of )?(?P<year>\d{{4}})",
        rf"(?P<year>\d{{4}}),? {_NAME}",
        r"(?P<year>\d{4})[-/.](?P<number>\d{1,2})[-/.](?P<day>\d{1,2})(?:[T ]00:00(?::00)?Z?)?",
        r"(?P<year>\d{4})[-/](?P<number>\d{2})",
        r"(?P<number>\d{2})/(?P<year>\d{4})",
        r"(?P<year>\d{4}) ?年 ?(?P<number>\d{1,2}) ?月(?: ?(?P<day>\d{1,2}) ?[日号])?",
        r"(?P<number>\d{1,2}) ?月 ?(?P<day>\d{1,2}) ?[日号]",
    )
)
_CHINESE_DIGITS = re.compile("[〇零一二三四五六七八九十]{1,5}(?=[年月日号点时分])")
_SLASHED = re.compile(r"(?P<one>\d{1,2})(?P<separator>[-/.])(?P<two>\d{1,2})(?P=separator)(?P<year>\d{4}|\d{2})")
_HALF = r"(?P<half>[ap]\.? ?m\.?|in the (?:morning|afternoon|evening)|at night)"
_TIME = re.compile(
    rf"(?:at )?(?P<hour>\d{{1,2}})(?:[:.h](?P<minute>\d{{2}})(?::(?P<second>\d{{2}}))?)?(?: ?{_HALF}| "
    rf"?(?P<exact>o'clock)(?: {_HALF.replace('half', 'half2')})?| ?(?:hrs|hours|h))?",
    re.IGNORECASE,
)
_CHINESE_TIME = re.compile(
    r"(?P<part>上午|下午|早上|晚上|中午|凌晨)?(?P<hour>\d{1,2}) ?[点时:](?:钟|整|(?P<half>半)|(?P<minute>\d{1,2})分?)?"
)
_SPOKEN = re.compile(
    r"(?:(?:a )?(?P<amount>half|quarter|[a-z]+(?:[- ][a-z]+)?|\d{1,2})(?: minutes?)? (?P<side>past|after|to|before|"
    r"till|of) )?(?P<hour>[a-z]{3,6}|\d{1,2})(?P<exact> o'clock)?"
    rf"(?: {_HALF})?",
    re.IGNORECASE,
)
_NAMED_TIMES = {"noon": 720, "midday": 720, "midnight": 0, "12 noon": 720, "12 midnight": 0}
_PIECE = re.compile(
    r"(?P<amount>\d{1,9}(?:\.\d{1,9})?|[a-z]{1,9}(?:-[a-z]{3,5})?(?= )|half an?(?= )) ?(?P<unit>[^\W\d_]{1,12}|"
    r"['\"″])(?:,? and |, ?| )?",
    re.IGNORECASE,
)
_CLOCKED = re.compile(r"(?P<hours>\d{1,3}):(?P<minutes>[0-5]\d)(?::(?P<seconds>[0-5]\d))?")


@dataclass(frozen=True)
class Date:
    year: int | None
    month: int
    day: int | None


@dataclass(frozen=True)
class Time:
    """`minutes` since midnight; `sure` when morning and afternoon are told apart."""

    minutes: Fraction
    sure: bool


@dataclass(frozen=True)
class Amount:
    """Several units added up ("1 hour 30 minutes"): the sum in base units of `dimension`."""

    value: Fraction
    dimension: tuple[tuple[str, int], ...]


def read_date(text: str, policy: Policy) -> Date | None:
    """The calendar date (or month of a year, or day of a year) that the whole text is; None for a wrong weekday."""
    text = text.strip(" .,")
    if not 4 <= len(text) <= 40 or not (any(c.isdigit() for c in text) or "月" in text):
        return None
    weekday, text = _weekday_off(text)
    if "月" in text or "年" in text:
        text = _CHINESE_DIGITS.sub(_in_digits, text)
    found = _slashed(text, policy) or next(filter(None, map(_dated, (p.fullmatch(text) for p in _DATES))), None)
    if (
        found
        and weekday is not None
        and found.year
        and found.day
        and datetime.date(found.year, found.month, found.day).weekday() != weekday
    ):
        return None
    return found


def _in_digits(match: re.Match[str]) -> str:
    value = chinese_value(match[0])
    return match[0] if value is None else str(value)


def _weekday_off(text: str) -> tuple[int | None, str]:
    head, separator, tail = text.partition(",") if "," in text else text.partition(" ")
    day = _DAY.get(head.strip(" .").casefold())
    return (day, tail.strip()) if separator and day is not None and tail.strip() else (None, text)


def _dated(match: re.Match[str] | None) -> Date | None:
    if match is None:
        return None
    parts = match.groupdict()
    month = _MONTH.get((parts.get("month") or "").casefold()) if parts.get("month") else int(parts.get("number") or 0)
    year = int(parts["year"]) if parts.get("year") else None
    return _checked(year, month or 0, int(parts["day"]) if parts.get("day") else None)


def _slashed(text: str, policy: Policy) -> Date | None:
    match = _SLASHED.fullmatch(text)
    if match is None:
        return None
    one, two, year = int(match["one"]), int(match["two"]), int(match["year"])
    year += (2000 if year < 70 else 1900) if len(match["year"]) == 2 else 0
    day_first = policy.dates == "day_first" or match["separator"] == "." or one > 12
    return _checked(year, two, one) if day_first else _checked(year, one, two)


def _checked(year: int | None, month: int, day: int | None) -> Date | None:
    if not 1 <= month <= 12 or (year is not None and year < 1):
        return None
    try:
        datetime.date(year or 2000, month, day or 1)
    except ValueError:
        return None
    return Date(year, month, day)


def read_weekday(text: str) -> int | None:
    return _DAY.get(text.strip(" .").casefold())


def read_month(text: str) -> int | None:
    """A month by name, alone."""
    return _MONTH.get(text.strip(" .").casefold())


def read_time(text: str) -> Time | None:
    """The time of day that the whole text is; a bare number is none."""
    text = text.strip(" ,").casefold()
    if not 3 <= len(text) <= 40:
        return None
    if text.strip(".") in _NAMED_TIMES:
        return Time(Fraction(_NAMED_TIMES[text.strip(".")]), True)
    match = _TIME.fullmatch(text) or _TIME.fullmatch(text.rstrip("."))
    if match:
        return _clocked(match)
    return _chinese_time(text) if not text.isascii() else _spoken(text)


def _clocked(match: re.Match[str]) -> Time | None:
    half = match["half"] or match["half2"]
    if match["minute"] is None and not half and not match["exact"]:
        return None
    if "." in match[0][:4].replace("p.", "").replace("a.", "") and not half:
        return None
    return _time(int(match["hour"]), int(match["minute"] or 0), int(match["second"] or 0), half)


def _time(hour: int, minute: int, second: int, half: str | None) -> Time | None:
    if hour > 24 or minute > 59 or second > 59 or (half and not 1 <= hour <= 12):
        return None
    if half:
        afternoon = half.startswith(("p", "in the a", "in the e", "at"))
        hour = hour % 12 + (12 if afternoon else 0)
    return Time(hour % 24 * 60 + minute + Fraction(second, 60), bool(half) or hour > 12 or hour == 0)


def _chinese_time(text: str) -> Time | None:
    match = _CHINESE_TIME.fullmatch(_CHINESE_DIGITS.sub(_in_digits, text))
    if match is None:
        return None
    half = {"上午": "am", "早上": "am", "凌晨": "am", "下午": "pm", "晚上": "pm", "中午": "pm"}.get(match["part"] or "")
    return _time(int(match["hour"]), 30 if match["half"] else int(match["minute"] or 0), 0, half)


def _spoken(text: str) -> Time | None:
    match = _SPOKEN.fullmatch(text)
    if match is None or not (match["side"] or match["exact"] or match["half"]):
        return None
    hour = _small(match["hour"])
    said = (match["amount"] or "").removesuffix("minutes").strip(" -")
    amount = {"half": 30, "quarter": 15}.get(said, _small(said) if said else 0)
    if hour is None or amount is None or not 1 <= hour <= 12 or amount > 59:
        return None
    minutes = hour * 60 + (amount if match["side"] in ("past", "after") else -amount)
    if not match["half"]:
        return Time(Fraction(minutes % 720), False)
    return _time(minutes // 60 % 12 or 12, minutes % 60, 0, match["half"])


def _small(word: str) -> int | None:
    if word.isdigit():
        return int(word)
    value = words_value(word)
    return int(value) if value is not None and value.denominator == 1 else None


def same_time(got: Time, want: Time) -> bool:
    """A gold without a.m. or p.m. is met by either half of the day; an answer must not leave the half open."""
    if got.minutes == want.minutes:
        return got.sure or not want.sure or want.minutes < 720
    return not (got.sure and want.sure) and not want.sure and got.minutes % 720 == want.minutes % 720


def read_amount(text: str) -> Amount | None:
    """A sum of at least two units of one kind ("5 ft 10 in"), or one of time on a clock ("1:30:00")."""
    text = text.strip(" .")
    if len(text) > 80 or not text:
        return None
    total, dimension, count, at = Fraction(0), None, 0, 0
    while at < len(text):
        match = _PIECE.match(text, at)
        if match is None:
            return None
        hours = dimension == (("time", 1),) and match["unit"] == "m"
        unit = read_unit("min" if hours else {"'": "ft", '"': "in", "″": "in"}.get(match["unit"], match["unit"]))
        unit = unit and _of_dimension(unit, match["unit"], dimension)
        if unit is None or (dimension is not None and dimension != unit.dimension):
            return None
        value = words_value(match["amount"]) if match["amount"][0].isalpha() else Fraction(match["amount"])
        if value is None and match["amount"].casefold() in ("a", "an"):
            value = Fraction(1)
        if value is None:
            return None
        total, dimension, count, at = total + value * unit.factor, unit.dimension, count + 1, match.end()
    return Amount(total, dimension) if count > 1 and dimension else None


def _of_dimension(unit: Unit, name: str, dimension: Dimension | None) -> Unit:
    """Cents behind euros are euro cents."""
    pair = (
        comparable(name, unit, "", Unit(Fraction(1), dimension)) if dimension and unit.dimension != dimension else None
    )
    return pair[0] if pair else unit


def clock_amount(text: str) -> Amount | None:
    """ "1:30:00" read as a length of time in hours, minutes and seconds."""
    match = _CLOCKED.fullmatch(text.strip())
    if match is None:
        return None
    seconds = int(match["hours"]) * 3600 + int(match["minutes"]) * 60 + int(match["seconds"] or 0)
    return Amount(Fraction(seconds), (("time", 1),))


def amount_of(text: str) -> Amount | None:
    """A sum of units, or one number with one unit, as an amount."""
    found = read_amount(text)
    if found:
        return found
    number = read_tidy(text)
    if number is None or number.unit is None or number.unit.offset:
        return None
    return Amount(number.value * number.unit.factor, number.unit.dimension)
