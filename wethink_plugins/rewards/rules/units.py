"""Units of measurement: what a written unit is worth in base units, as an exact fraction.

A table of our own and not pint: pint 0.25.3 costs 0.23 CPU-seconds of import and registry in each reward process, and
100 µs to read and convert one quantity, which is the whole budget of a grading (benchmarks/units.py prints both).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

Dimension = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Unit:
    """`factor` times a value in this unit (plus `offset`) is the value in base units of `dimension`."""

    factor: Fraction
    dimension: Dimension
    offset: Fraction = Fraction(0)


_PREFIXED = {
    # symbol, names, base dimension, factor
    "m": (("meter", "metre"), "length", Fraction(1)),
    "g": (("gram", "gramme"), "mass", Fraction(1, 1000)),
    "s": ((), "time", Fraction(1)),
    "L": (("liter", "litre"), "volume", Fraction(1, 1000)),
    "l": ((), "volume", Fraction(1, 1000)),
    "N": (("newton",), "force", Fraction(1)),
    "J": (("joule",), "energy", Fraction(1)),
    "W": (("watt",), "power", Fraction(1)),
    "V": (("volt",), "voltage", Fraction(1)),
    "A": (("ampere", "amp"), "current", Fraction(1)),
    "Hz": (("hertz",), "frequency", Fraction(1)),
    "Pa": (("pascal",), "pressure", Fraction(1)),
    "eV": (("electronvolt",), "energy", Fraction("1.602176634e-19")),
    "Ω": (("ohm",), "resistance", Fraction(1)),
    "C": (("coulomb",), "charge", Fraction(1)),
    "F": (("farad",), "capacitance", Fraction(1)),
    "T": (("tesla",), "magnetic", Fraction(1)),
    "mol": (("mole",), "amount", Fraction(1)),
    "cal": (("calorie",), "energy", Fraction("4.184")),
    "Wh": (("watt-hour",), "energy", Fraction(3600)),
    "bit": ((), "data", Fraction(1)),
    "B": (("byte",), "data", Fraction(8)),
}
_PREFIXES = {
    "p": ("pico", -12), "n": ("nano", -9), "µ": ("micro", -6), "μ": ("micro", -6), "u": ("micro", -6), "m": ("milli",
    -3), "c": ("centi", -2),
    "d": ("deci", -1), "k": ("kilo", 3), "M": ("mega", 6), "G": ("giga", 9), "T": ("tera", 12),
}  # fmt: skip
_FOOT, _POUND, _GALLON = Fraction("0.3048"), Fraction("0.45359237"), Fraction("0.003785411784")
_NAMED = {
    "length": {
        "in inch inches inchs ″": _FOOT / 12, "ft foot feet": _FOOT, "yd yard yards": _FOOT * 3,
        "mi mile miles": _FOOT * 5280,
        "nmi": Fraction(1852), "Å angstrom angstroms": Fraction(1, 10**10), "公里": Fraction(1000),
        "米": Fraction(1),
        "厘米": Fraction(1, 100), "毫米": Fraction(1, 1000), "千米": Fraction(1000),
        "micron microns": Fraction(1, 10**6),
    },
    "mass": {
        "lb lbs pound-mass": _POUND, "oz ounce ounces": _POUND / 16,
        "t ton tons tonne tonnes metric-ton 吨": Fraction(1000),
        "千克 公斤 kilo kilos": Fraction(1), "克": Fraction(1, 1000), "斤": Fraction(1, 2),
    },
    "time": {
        "sec secs second seconds 秒 秒钟": Fraction(1), "min mins minute minutes 分钟": Fraction(60),
        "h hr hrs hour hours 小时 个小时": Fraction(3600),
        "d day days 天": Fraction(86400), "wk week weeks 周 星期": Fraction(604800),
    },
    "months": {"mo month months 个月": Fraction(1), "yr yrs year years y 年": Fraction(12),
    "decade decades": Fraction(120), "century centuries": Fraction(1200)},
    "volume": {
        "gal gallon gallons": _GALLON, "qt quart quarts": _GALLON / 4, "pt pint pints": _GALLON / 8,
        "cup cups": _GALLON / 16,
        "fl-oz": _GALLON / 128, "tbsp tablespoon tablespoons": _GALLON / 256, "tsp teaspoon teaspoons": _GALLON / 768,
        "cc": Fraction(1, 10**6),
        "升": Fraction(1, 1000), "毫升": Fraction(1, 10**6),
    },
    "area": {"acre acres": Fraction("4046.8564224"), "ha hectare hectares 公顷": Fraction(10000)},
    "angle": {"° deg degs degree degrees 度": Fraction(1), "rad rads radian radians": Fraction(180 / math.pi),
    "rev revolution revolutions": Fraction(360)},
    "speed": {"mph": _FOOT * 5280 / 3600, "kph kmh kmph": Fraction(1000, 3600), "kn knot knots": Fraction(1852, 3600),
    "fps": _FOOT, "mps": Fraction(1)},
    "pressure": {"bar": Fraction(10**5), "atm": Fraction(101325), "mmHg": Fraction("133.322387415"),
    "psi": Fraction("6894.757293168")},
    "energy": {"Cal": Fraction(4184), "Nm": Fraction(1), "kNm": Fraction(1000)},
    "power": {"hp horsepower": Fraction("745.69987158227022")},
    "data": {"bits": Fraction(1), "KB": Fraction(8000), "Kb": Fraction(1000)},
    "frequency": {"rpm": Fraction(1, 60), "bpm": Fraction(1, 60)},
    "USD": {"$ dollar dollars usd USD US$ bucks buck 美元": Fraction(1), "¢ cent cents": Fraction(1, 100)},
    "GBP": {"£ pound pounds gbp GBP quid 英镑": Fraction(1), "pence penny": Fraction(1, 100)},
    "EUR": {"€ euro euros eur EUR 欧元": Fraction(1)},
    "YEN": {"¥ ￥ yuan rmb RMB CNY cny yen JPY jpy 元 块 块钱 日元 人民币": Fraction(1), "jiao 角": Fraction(1, 10),
    "fen": Fraction(1, 100)},
    "INR": {"₹ rupee rupees INR Rs": Fraction(1)},
    "KRW": {"₩ won KRW": Fraction(1)},
}  # fmt: skip
# What a compound is made of; speed is length over time, and so on, so that "m/s" and "mph" meet.
_DERIVED: dict[str, dict[str, int]] = {
    "volume": {"length": 3},
    "area": {"length": 2},
    "speed": {"length": 1, "time": -1},
    "force": {"mass": 1, "length": 1, "time": -2},
    "energy": {"mass": 1, "length": 2, "time": -2},
    "power": {"mass": 1, "length": 2, "time": -3},
    "pressure": {"mass": 1, "length": -1, "time": -2},
    "frequency": {"time": -1},
    "charge": {"current": 1, "time": 1},
    "voltage": {"mass": 1, "length": 2, "time": -3, "current": -1},
    "resistance": {"mass": 1, "length": 2, "time": -3, "current": -2},
}
_TEMPERATURES = {
    "°C": (Fraction(1), Fraction("273.15")), "℃": (Fraction(1), Fraction("273.15")), "celsius": (Fraction(1),
    Fraction("273.15")),
    "°F": (Fraction(5, 9), Fraction("459.67") * 5 / 9), "℉": (Fraction(5, 9), Fraction("459.67") * 5 / 9),
    "fahrenheit": (Fraction(5, 9), Fraction("459.67") * 5 / 9),
    "K": (Fraction(1), Fraction(0)), "kelvin": (Fraction(1), Fraction(0)), "kelvins": (Fraction(1), Fraction(0)),
    "摄氏度": (Fraction(1), Fraction("273.15")),
}  # fmt: skip
_POWER_WORDS = (("square ", 2), ("sq ", 2), ("sq. ", 2), ("cubic ", 3), ("cu ", 3), ("平方", 2), ("立方", 3))
_TERM = re.compile(r"(?P<name>[^\W\d_]{1,24}|[°$¢£€¥₹₩″]C?F?)(?:\^?\{?\(?(?P<power>[+-]?\d)\)?\}?)?")


def _dimension(name: str) -> Dimension:
    return tuple(sorted(_DERIVED.get(name, {name: 1}).items()))


def _table() -> dict[str, Unit]:
    table: dict[str, Unit] = {}
    for symbol, (names, dimension, factor) in _PREFIXED.items():
        for prefix, (long, exponent) in [("", ("", 0)), *_PREFIXES.items()]:
            unit = Unit(factor * Fraction(10) ** exponent, _dimension(dimension))
            table.setdefault(prefix + symbol, unit)
            for name in names:
                for ending in (name, name + "s"):
                    table.setdefault(long + ending, unit)
    for dimension, units in _NAMED.items():
        for spellings, factor in units.items():
            for spelling in spellings.split():
                table[spelling] = Unit(factor, _dimension(dimension))
    for name, (factor, offset) in _TEMPERATURES.items():
        table[name] = Unit(factor, _dimension("temperature"), offset)
    return table


_TABLE = _table()
_FOLDED = {name.casefold(): unit for name, unit in reversed(_TABLE.items()) if len(name) > 2}
# Symbols that read the same in either case; "M" beside "m" and "Mm" beside "mm" don't.
_FOLDED |= {name.casefold(): _TABLE[name] for name in ("km", "cm", "mm", "kg", "mL", "ft", "kW", "Hz")}


# "ms^{-1}" behind a number is a speed: a millisecond to the minus one would be written kHz. So are kmh^{-1}, rads^{-1}.
_PER_TIME = re.compile(r"(?<![A-Za-z])(km|cm|m|rad)(s|h) ?\^ ?\{? ?-([12]) ?\}?")


@lru_cache(maxsize=4096)
def read_unit(text: str) -> Unit | None:
    """The unit that the whole text is ("km/h", "square metres", "m s^-2", "kilometers per hour"), or None."""
    text = text.strip(" .")
    if not text or len(text) > 60:
        return None
    if text in _TABLE:
        return _TABLE[text]
    text = _PER_TIME.sub(r"\1/\2^\3", text)
    simple = text.replace("degrees ", "").replace("degree ", "").replace("deg ", "").replace("°", "")
    if simple.casefold() in ("c", "f") and simple != text:
        return _TABLE["°" + simple.upper()]
    if simple.casefold() in ("celsius", "fahrenheit", "kelvin"):
        return _TABLE[simple.casefold()]
    return _compound(text)


def _compound(text: str) -> Unit | None:
    top, *below = re.split(r"\s*/\s*|\s+per\s+|(?<=[a-z]) a (?=[a-z])", text)
    unit = _product(top)
    for part in below:
        factor = _product(part.strip(" ()"))
        if unit is None or factor is None:
            return None
        unit = _times(unit, factor, -1)
    return unit


def _product(text: str) -> Unit | None:
    for word, power in _POWER_WORDS:
        if text.casefold().startswith(word):
            unit = _product(text[len(word) :])
            return None if unit is None else _times(Unit(Fraction(1), ()), unit, power)
    unit = Unit(Fraction(1), ())
    for piece in re.split(r"[\s·*.-]+(?!\d)", text):
        power = 1
        match = _TERM.fullmatch(piece)
        found = _single(match["name"]) if match else None
        if match is None or found is None:
            return _with_power_word(text)
        power = int(match["power"]) if match["power"] else 1
        unit = _times(unit, found, power)
    return unit


def _with_power_word(text: str) -> Unit | None:
    for word, power in ((" squared", 2), (" cubed", 3)):
        if text.casefold().endswith(word):
            unit = _product(text[: -len(word)])
            return None if unit is None else _times(Unit(Fraction(1), ()), unit, power)
    return None


def _single(name: str) -> Unit | None:
    found = _TABLE.get(name) or _FOLDED.get(name.casefold())
    if found is None and len(name) > 3 and name.casefold().endswith("s"):
        found = _FOLDED.get(name.casefold()[:-1])
    return found


def _times(unit: Unit, other: Unit, power: int) -> Unit:
    dimension = dict(unit.dimension)
    for name, exponent in other.dimension:
        dimension[name] = dimension.get(name, 0) + exponent * power
    kept = tuple(sorted((name, exponent) for name, exponent in dimension.items() if exponent))
    return Unit(unit.factor * other.factor**power, kept)


# "pounds" are money or weight, "cents" are of dollars or euros, and "degrees" may be of temperature: the other reading of a word.
_OTHERWISE = {
    "pound": Unit(_POUND, _dimension("mass")),
    "pounds": Unit(_POUND, _dimension("mass")),
    "C": _TABLE["°C"],
    "F": _TABLE["°F"],
    "cent": Unit(Fraction(1, 100), _dimension("EUR")),
    "cents": Unit(Fraction(1, 100), _dimension("EUR")),
    "M": Unit(Fraction(1), _dimension("molar")),
    "分": Unit(Fraction(60), _dimension("time")),
}
_DEGREE = _dimension("angle")
_TEMPERATURE = _dimension("temperature")


def comparable(text: str, unit: Unit, other_text: str, other: Unit) -> tuple[Unit, Unit] | None:
    """The two units in readings that measure the same thing, or None: then they differ in dimension."""
    for one in filter(None, (unit, _OTHERWISE.get(text))):
        for two in filter(None, (other, _OTHERWISE.get(other_text))):
            if one.dimension == two.dimension:
                return one, two
    if {unit.dimension, other.dimension} == {_DEGREE, _TEMPERATURE}:
        warm = unit if unit.dimension == _TEMPERATURE else other
        return (warm, warm) if "°" in text + other_text or "degree" in text + other_text else None
    return None
