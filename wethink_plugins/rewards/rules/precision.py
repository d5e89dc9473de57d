"""When two numbers are the same: exactly, at the precision shown, in another unit, as a percentage."""

from __future__ import annotations

from fractions import Fraction

from wethink_plugins.rewards.rules.number import Number
from wethink_plugins.rewards.rules.policy import Policy
from wethink_plugins.rewards.rules.text import words_of
from wethink_plugins.rewards.rules.units import comparable
from wethink_plugins.rewards.rules.verdict import Verdict, right, undecided, wrong

# Label policy 3: a decimal shows its precision from three significant digits on.
_PRECISE_DIGITS = 3
# A double holds about 15.9 decimal digits: what differs only beyond that came out of somebody's arithmetic.
_NOISE = Fraction(1, 10**15)
_NOISY_DIGITS = 15


def compare(got: Number, want: Number, policy: Policy) -> Verdict:
    """The verdict on one number for another, units and percent included."""
    if want.ordinal and got.unit is not None:
        return wrong("a quantity, not a place", "number")
    if got.ordinal and not want.ordinal:
        return wrong("a place, not a number", "number")
    if got.percent or want.percent:
        return _percent(got, want, policy)
    fault = _unit_fault(got, want, policy)
    if fault:
        return fault
    if got.unit and want.unit and got.unit != want.unit:
        return _converted(got, want, policy)
    return _verdict(same(got, want, policy))


def _verdict(equal: bool) -> Verdict:
    return right("same number", "number") if equal else wrong("another number", "number")


def _unit_fault(got: Number, want: Number, policy: Policy) -> Verdict | None:
    if want.noun and not got.noun and policy.units == "required":
        return wrong(f"unit {want.noun!r} is missing", "number")
    if got.noun and not got.unit and not want.noun and policy.nouns == "gold":
        return wrong(f"{got.noun[:30]!r}, of which the gold says nothing", "number")
    if not got.noun or not want.noun or got.noun == want.noun:
        return None
    if got.unit is None and want.unit is None:
        alike = _same_things(got.noun, want.noun) or _measure_word(got.noun, want.noun)
        return None if alike else undecided(f"{got.noun[:30]!r} beside {want.noun[:30]!r}", "number")
    if got.unit is None or want.unit is None:
        return undecided(f"{got.noun[:30]!r} beside {want.noun[:30]!r}", "number")
    if comparable(got.noun, got.unit, want.noun, want.unit) is None:
        return wrong(f"{got.noun[:30]!r} and {want.noun[:30]!r} measure different things", "number")
    return None


def _same_things(one: str, two: str) -> bool:
    """Red balls are balls, and no blue balls."""
    mine, theirs = words_of(one), words_of(two)
    return mine[-1] == theirs[-1] and (set(mine) <= set(theirs) or set(theirs) <= set(mine))


def _measure_word(one: str, two: str) -> bool:
    """个 beside 个苹果 leaves the apples out."""
    short, long = sorted((one, two), key=len)
    return len(short) == 1 and not short.isascii() and long.startswith(short)


def _converted(got: Number, want: Number, policy: Policy) -> Verdict:
    pair = comparable(got.noun, got.unit, want.noun, want.unit) if got.unit and want.unit else None
    if pair is None:
        return undecided("units that can't be compared", "number")
    one, two = pair
    moved = [
        Number(n.value * unit.factor + unit.offset, n.quantum * unit.factor, n.digits)
        for n, unit in ((got, one), (want, two))
    ]
    return _verdict(same(moved[0], moved[1], policy))


def _percent(got: Number, want: Number, policy: Policy) -> Verdict:
    if (got.percent and want.noun) or (want.percent and got.noun):
        return wrong("a percentage beside a quantity", "number")
    if got.percent and want.percent:
        return _verdict(same(got, want, policy))
    percent, other = (got, want) if got.percent else (want, got)
    share = Number(percent.value / 100, percent.quantum / 100, percent.digits)
    if same(share, other, policy):
        return right("the same share", "number")
    # "25" for 25%; but 0.25% is no 0.25, whichever of the two is the gold.
    if want.percent and policy.units == "required":
        return wrong("the percent sign is missing", "number")
    return _verdict(same(percent, other, policy) and (want.percent or abs(other.value) > 1))


def same(got: Number, want: Number, policy: Policy) -> bool:
    """Whether the values agree exactly, or after rounding to the coarser decimals shown."""
    if got.value == want.value:
        return True
    if got.whole and want.whole:
        return False
    if max(got.digits, want.digits) >= _NOISY_DIGITS and abs(got.value - want.value) <= _NOISE * abs(want.value):
        return True
    quantum = max(got.quantum, want.quantum)
    if not quantum:
        return False
    coarser = got if got.quantum == quantum else want
    if policy.rounding == "strict" and coarser.digits < _PRECISE_DIGITS:
        return False
    if (want.whole and not got.whole) or (got.whole and not want.whole and quantum < 1):
        return False
    return rounded(got.value, quantum) == rounded(want.value, quantum)


def rounded(value: Fraction, quantum: Fraction) -> int:
    """In steps of `quantum`, half away from zero, as people round."""
    steps = int(abs(value) / quantum + Fraction(1, 2))
    return -steps if value < 0 else steps
