"""Brings two spellings of the same text to one form before anything is compared."""

from __future__ import annotations

import re
import unicodedata

# An answer longer than this is no short answer; nothing past it is looked at, so that no input costs time.
MAX_CHARACTERS = 2000

# Zero-width characters only. Combining strokes and direction overrides change what a reader sees, so they stay.
_DROPPED = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad\u2061\u2062\u2063"))
_MAPPED = str.maketrans(
    {
        **dict.fromkeys("\u2212\u2010\u2011\u2012\u2013\u2014\u2015\ufe63\uff0d", "-"),
        **dict.fromkeys("\u2018\u2019\u201b\u02bc\u2032\u00b4", "'"),
        **dict.fromkeys("\u201c\u201d\u201f\u2033\u300c\u300d\u300e\u300f", '"'),
        **dict.fromkeys("\u2215\u2044", "/"),
        "\u3002": ".",
        "\u3001": ",",
        "\u00ba": "°",
        "\u02da": "°",
        "\u223c": "~",
        "\u301c": "~",
        "\u22c5": "·",
        "\u2219": "·",
        "\u2236": ":",
        "\u2264": "≤",
        "\u2a7d": "≤",
        "\u2a7e": "≥",
        "\u2266": "≤",
        "\u2267": "≥",
        "\u2245": "≈",
        "\u3010": "[",
        "\u3011": "]",
    }
)
# NFKC would turn "10⁶" into "106", so raised digits become powers first.
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ⁿ", "0123456789-+n")
_RAISED_RUN = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ⁿ]{1,20}")
# "①②" names two things and isn't the number 12.
_CIRCLED = re.compile("[①-⑳](?=[①-⑳])")
_MIXED = re.compile(r"(?<=\d)(?=[¼½¾⅐-⅞])")


# "v₀" is v_0, while "H₂O" is H2O: a lone letter that is no element, or small.
_LOWERED = re.compile("(?<![^\\W_])([a-zAEGLMQRTVXZ])([₀-₉]{1,3})(?![A-Z₀-₉])(?=(\\w?))")


def clean(text: str) -> str:
    """NFKC, no zero-width characters, one kind of minus, quote and stop, raised digits as powers, single spaces."""
    if text.isascii():
        return " ".join(text.split())
    text = _CIRCLED.sub(r"\g<0>, ", text)
    text = _LOWERED.sub(
        lambda name: f"{name[1]}_{name[2]}" if len(name[2]) == 1 and not name[3] else f"{name[1]}_{{{name[2]}}}", text
    )
    text = _RAISED_RUN.sub(lambda run: f"^{{{run[0].translate(_RAISED)}}}", text)
    text = (
        unicodedata.normalize("NFKC", _MIXED.sub(" ", text).translate(_MAPPED)).translate(_DROPPED).translate(_MAPPED)
    )
    return " ".join(text.split())


def plain(text: str) -> str:
    """`clean`, of the first 2,000 characters, with emphasis marks and dollar signs off; case kept."""
    return " ".join(clean(text[:MAX_CHARACTERS]).replace("**", " ").replace("`", " ").replace("$", " ").split())
