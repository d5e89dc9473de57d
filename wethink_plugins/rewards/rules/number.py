"""Numbers, as exact fractions: whole, decimal, fraction, percent, thousands, a unit behind."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from wethink_plugins.rewards.rules.normal import folded
from wethink_plugins.rewards.rules.policy import Policy
from wethink_plugins.rewards.rules.verdict import Verdict

_WORDS = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen twenty".split()
    )
}
# Every repetition is bounded, so matching is linear whatever the text.
_NUMBER = re.compile(
    r"(?P<sign>[+-]?)\s?(?P<whole>\d{1,3}(?:,\d{3}){1,12}|\d{1,40})(?:\.(?P<decimals>\d{1,40}))?"
    r"(?:\s?/\s?(?P<denominator>\d{1,40}))?\s?(?P<percent>%|percent)?\s?(?P<unit>[^\W\d_][\w^/·. ]{0,30})?"
)
# A decimal shows its precision from three significant digits on (label policy 3).
_PRECISE_DIGITS = 3


@dataclass(frozen=True)
class Number:
    """`decimals` is how many digits stand behind the point; `digits` how many are significant."""

    value: Fraction
    decimals: int
    digits: int
    percent: bool
    unit: str


def read_number(text: str) -> Number | None:
    """The number that the whole text is, or None."""
    text = folded(text)
    if text in _WORDS:
        return Number(Fraction(_WORDS[text]), 0, 0, False, "")
    match = _NUMBER.fullmatch(text)
    if match is None or (match["denominator"] and int(match["denominator"]) == 0):
        return None
    digits = match["whole"].replace(",", "") + (match["decimals"] or "")
    value = Fraction(int(digits), 10 ** len(match["decimals"] or "")) / int(match["denominator"] or 1)
    value = -value if match["sign"] == "-" else value
    return Number(
        value,
        len(match["decimals"] or ""),
        len(digits.lstrip("0")),
        bool(match["percent"]),
        (match["unit"] or "").strip(),
    )


def grade_number(answer: str, gold: str, policy: Policy) -> Verdict | None:
    """None when the gold is no number; undecided when only the answer isn't one."""
    want = read_number(gold)
    if want is None:
        return None
    got = read_number(answer)
    if got is None:
        return Verdict("undecided", f"no single number in {folded(answer)[:40]!r}", "number")
    return _unit_fault(got, want, policy) or _compare(got, want, policy)


def _unit_fault(got: Number, want: Number, policy: Policy) -> Verdict | None:
    if got.unit and want.unit and got.unit != want.unit:
        return Verdict("undecided", f"unit {got.unit!r} beside {want.unit!r}", "number")
    if want.unit and not got.unit and policy.units == "required":
        return Verdict("wrong", f"unit {want.unit!r} is missing", "number")
    return None


def _compare(got: Number, want: Number, policy: Policy) -> Verdict:
    if _share(got) == _share(want) or (want.percent != got.percent and got.value == want.value):
        return Verdict("right", "same number", "number")
    if got.percent == want.percent and _round_alike(got, want, policy):
        return Verdict("right", "same number at the precision shown", "number")
    return Verdict("wrong", "another number", "number")


def _share(number: Number) -> Fraction:
    return number.value / 100 if number.percent else number.value


def _round_alike(got: Number, want: Number, policy: Policy) -> bool:
    decimals = min((n.decimals for n in (got, want) if n.decimals), default=0)
    coarser = got if got.decimals == decimals else want
    if not decimals or (policy.rounding == "strict" and coarser.digits < _PRECISE_DIGITS):
        return False
    if any(n.decimals == 0 and n.value.denominator == 1 for n in (got, want)):
        return False
    return _rounded(got.value, decimals) == _rounded(want.value, decimals)


def _rounded(value: Fraction, decimals: int) -> int:
    """Half away from zero, as people round."""
    scaled = abs(value) * 10**decimals + Fraction(1, 2)
    return int(scaled) * (-1 if value < 0 else 1)
