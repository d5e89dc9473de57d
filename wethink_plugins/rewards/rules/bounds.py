"""Bounds: "more than 12", "at least 12", "12+" claim no number but a side of one."""

from __future__ import annotations

import re

_BEFORE = (
    (
        ">",
        r"(?:more|greater|larger|higher|bigger|longer) than(?! or equal)|over|above|exceeding|exceeds|beyond|> "
        r"?(?!=)|超过|大于(?!或?者?等于)|多于|高于",
    ),
    (
        "≥",
        r"at least|no less than|not less than|no fewer than|a minimum of|minimum|min|(?:greater|more) than or equal "
        r"to|from|≥|>=|大于(?:或|或者)?等于|不少于|至少|不小于|不低于",
    ),
    (
        "<",
        r"(?:less|fewer|smaller|lower|shorter) than(?! or equal)|under|below|< ?(?!=)|不到|小于(?!或?者?等于)|少于|低于|不足",
    ),
    (
        "≤",
        r"at most|no more than|not more than|up to|a maximum of|maximum|max|(?:less|fewer) than or equal to|≤|<=|小于(?:或|或者)?等于|"
        r"不超过|"
        r"至多|最多|不大于|不多于",
    ),
    ("≠", r"not equal to|anything but|other than|except(?: for)?|≠|不等于"),
)
_BEHIND = (
    (
        "≥",
        r"or (?:more|greater|above|higher|over|larger|older)|and (?:above|up|over|more)|at least|\+|plus|minimum|以上|"
        r"及以上",
    ),
    (
        "≤",
        r"or (?:less|fewer|below|lower|under|smaller|younger)|and (?:below|under)|at most|maximum|"
        r"以下|及以下|以内|之内",
    ),
    (">", r"多|余"),
)
_BEFORE_TEXT = re.compile(
    "(?:" + "|".join(f"(?P<p{i}>{pattern})" for i, (_, pattern) in enumerate(_BEFORE)) + r")(?![A-Za-z]) ?(?P<rest>.+)",
    re.IGNORECASE,
)
_BEHIND_TEXT = re.compile(
    r"(?P<rest>.*?\d[^+]{0,40}?) ?(?:"
    + "|".join(f"(?P<p{i}>{pattern})" for i, (_, pattern) in enumerate(_BEHIND))
    + r")",
    re.IGNORECASE,
)


def read_bound(text: str) -> tuple[str, str] | None:
    """("≥", "12") for "at least 12" and "12 or more"; None for anything that is no bound."""
    if len(text) > 200 or text.isdigit():
        return None
    match = _BEFORE_TEXT.fullmatch(text)
    if match:
        index = next(i for i in range(len(_BEFORE)) if match[f"p{i}"])
        return _BEFORE[index][0], match["rest"].strip()
    if not any(c.isdigit() for c in text):
        return None
    match = _BEHIND_TEXT.fullmatch(text)
    if match:
        index = next(i for i in range(len(_BEHIND)) if match[f"p{i}"])
        return _BEHIND[index][0], match["rest"].strip()
    return None
