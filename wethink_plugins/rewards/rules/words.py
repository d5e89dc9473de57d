"""Numbers written in words: English cardinals, ordinals and fractions, Chinese numerals, Roman numerals."""

from __future__ import annotations

import re
from fractions import Fraction

_ONES = str.split(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
_TENS = str.split("twenty thirty forty fifty sixty seventy eighty ninety")
SMALL = {
    **{word: i for i, word in enumerate(_ONES)},
    **{word: 10 * i for i, word in enumerate(_TENS, 2)},
    "fourty": 40,
}
SCALES = {"hundred": 10**2, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fifth": 5, "eighth": 8, "ninth": 9, "twelfth": 12, "zeroth": 0}
_PARTS = {"half": 2, "halves": 2, "quarter": 4, "quarters": 4, "third": 3, "thirds": 3}
_COUNTS = {"dozen": 12, "score": 20}
NUMBER_WORDS = frozenset((*SMALL, *SCALES, *_PARTS, *_COUNTS, "a", "an", "and", "minus", "negative", "point"))

_DIGITS = {
    **{c: i for i, c in enumerate("零一二三四五六七八九")},
    "〇": 0,
    "两": 2,
    "兩": 2,
    "壹": 1,
    "贰": 2,
    "叁": 3,
    "肆": 4,
    "伍": 5,
    "陆": 6,
    "柒": 7,
    "捌": 8,
    "玖": 9,
}
_STEPS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_MYRIADS = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_CHINESE = re.compile(r"负?[零〇一二三四五六七八九两兩十百千万萬亿億壹贰叁肆伍陆柒捌玖拾佰仟点]{1,40}")
_ROMAN = re.compile(r"M{0,3}(CM|CD|D?C{0,3})(XC|XL|L?X{0,3})(IX|IV|V?I{0,3})")
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}


def words_value(text: str) -> Fraction | None:
    """The value of a text that is a number in words and nothing else ("twenty-one", "two and a half"), or None."""
    words = text.casefold().replace("-", " ").replace(",", " ").split()
    if not words or len(words) > 20:
        return None
    sign = 1
    if words[0] in ("minus", "negative"):
        sign, words = -1, words[1:]
    value = _value(words)
    return None if value is None else sign * value


def _value(words: list[str]) -> Fraction | None:
    if not words:
        return None
    if "point" in words:
        return _with_point(words)
    if words[:2] == ["half", "a"] and len(words) == 3 and words[2] in SCALES:
        return Fraction(SCALES[words[2]], 2)
    if words[-1] in _PARTS or _part_of(words[-1]):
        return _with_part(words)
    whole = _cardinal(words)
    return None if whole is None else Fraction(whole)


def _with_point(words: list[str]) -> Fraction | None:
    at = words.index("point")
    whole, digits = _cardinal(words[:at]) if at else 0, words[at + 1 :]
    if whole is None or not digits or any(SMALL.get(word, 10) > 9 for word in digits):
        return None
    return Fraction(int(f"{whole}" + "".join(str(SMALL[word]) for word in digits)), 10 ** len(digits))


def _part_of(word: str) -> int | None:
    """The denominator that a word names: "fifths" is 5."""
    if word in _PARTS:
        return _PARTS[word]
    single = word[:-1] if word.endswith("s") else word
    value = ordinal_value(single)
    return value if value and value > 2 else None


def _with_part(words: list[str]) -> Fraction | None:
    part = _part_of(words[-1])
    front = words[:-1]
    if not part:
        return None
    if "and" in front and (found := _split_mixed(front)):
        whole, count = found
        return whole + Fraction(count, part)
    if not front:
        return Fraction(1, part) if words[-1] in ("half", "quarter") else None
    parts = 1 if front in (["a"], ["an"], ["one"]) else _cardinal(front)
    return None if parts is None else Fraction(parts, part)


def _split_mixed(front: list[str]) -> tuple[int, int] | None:
    at = len(front) - 1 - front[::-1].index("and")
    whole, count_words = _cardinal(front[:at]), front[at + 1 :]
    count = 1 if count_words in (["a"], ["an"], ["one"], []) else _cardinal(count_words)
    return None if whole is None or count is None else (whole, count)


def _cardinal(words: list[str]) -> int | None:
    """Strict: "two three" and "twelve five" are two numbers, so no number."""
    total, group, last = 0, 0, 10**18
    seen = False
    for index, word in enumerate(words):
        if word == "and" and seen and index < len(words) - 1:
            continue
        if word in ("a", "an") and index == 0 and len(words) > 1 and words[1] in (*SCALES, *_COUNTS):
            group, last, seen = 1, 1, True
            continue
        if word in SMALL:
            value = SMALL[word]
            if seen and (last <= value or (last < 100 and (last < 20 or value > 9 or value == 0))):
                return None
            group, last, seen = group + value, value, True
        elif word in _COUNTS:
            group, last, seen = max(group, 1) * _COUNTS[word], 1, True
        elif word == "hundred" and 0 < group < 100:
            group, last = group * 100, 100
        elif word in SCALES and group:
            total, group, last = total + group * SCALES[word], 0, SCALES[word]
        else:
            return None
    return total + group if seen else None


def ordinal_value(word: str) -> int | None:
    """The place that "third", "3rd" or "twenty-first" names, or None."""
    word = word.casefold().strip()
    if len(word) > 40:
        return None
    if word[:1].isdigit():
        digits = word[:-2]
        return int(digits) if digits.isdigit() and word[-2:] in ("st", "nd", "rd", "th") else None
    if " " in word or "-" in word:
        *front, last = word.replace("-", " ").split()
        place, whole = ordinal_value(last), _cardinal(front)
        return None if place is None or whole is None or whole % 10 else whole + place
    if word in _ORDINALS:
        return _ORDINALS[word]
    stem = word[:-2] if word.endswith("th") else ""
    if stem.endswith("ie"):
        return SMALL.get(stem[:-2] + "y")
    return SMALL.get(stem)


def chinese_value(text: str) -> Fraction | None:
    """The value of a text that is a Chinese numeral and nothing else ("一百二十", "三分之一", "百分之五"), or None."""
    if "分之" in text:
        bottom, _, top = text.partition("分之")
        if "分之" in top:
            return None
        below, above = chinese_value(bottom.lstrip("负")), chinese_value(top)
        if not below or above is None:
            return None
        return Fraction(above) / below * (-1 if bottom.startswith("负") else 1)
    if text.isdigit() and len(text) < 40:
        return Fraction(int(text))
    if not _CHINESE.fullmatch(text):
        return None
    sign, text = (-1, text[1:]) if text[0] == "负" else (1, text)
    whole, _, decimals = text.partition("点")
    value = _chinese_whole(whole)
    if value is None or any(c not in _DIGITS for c in decimals):
        return None
    return sign * sum((Fraction(_DIGITS[c], 10**i) for i, c in enumerate(decimals, 1)), Fraction(value))


# "七八" is seven or eight, "二三十" twenty or thirty.
_ABOUT = re.compile(r"^(?:一二|[一两二]三|三四|四五|五六|六七|七八|八九)(?:$|[十百千万])")


def _chinese_whole(text: str) -> int | None:
    if _ABOUT.search(text):
        return None
    if text and all(c in _DIGITS for c in text):
        return int("".join(str(_DIGITS[c]) for c in text))
    total, section, digit = 0, 0, None
    for char in text:
        if char in _DIGITS:
            if digit:
                return None
            digit = _DIGITS[char]
        elif char in _STEPS:
            section, digit = section + (1 if digit is None else digit) * _STEPS[char], None
        else:
            total, section, digit = (total + section + (digit or 0)) * _MYRIADS[char], 0, None
    value = total + section + (digit or 0)
    return value if value or text in ("零", "〇") else None


def roman_value(text: str) -> int | None:
    """Of two letters or more, well formed ("XIV"); a single letter is a name or an option, and CD a side."""
    if not 2 <= len(text) <= 15 or not any(c in "IVX" for c in text) or not _ROMAN.fullmatch(text):
        return None
    values = [_ROMAN_VALUES[c] for c in text]
    return sum(
        -value if value < following else value for value, following in zip(values, [*values[1:], 0], strict=True)
    )
