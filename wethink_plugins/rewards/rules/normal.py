"""Brings two spellings of the same text to one form before anything is compared."""

from __future__ import annotations

import unicodedata

# An answer longer than this is no short answer; nothing past it is looked at, so that no input costs time.
MAX_CHARACTERS = 2000

_DROPPED = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_MAPPED = str.maketrans(
    {
        "\u2212": "-",
        "\u2013": "-",
        "\u2014": "-",
        "\u00d7": "x",
        "\u2018": "'",
        "\u2019": "'",
        "\u201c": '"',
        "\u201d": '"',
    }
)
_ARTICLES = ("a ", "an ", "the ")
_WRAPPERS = ("the answer is ", "the correct answer is ", "final answer: ", "answer: ", "it is ", "it's ")


def plain(text: str) -> str:
    """NFKC, no zero-width characters, one kind of minus and quote, single spaces, emphasis marks off; case kept."""
    text = unicodedata.normalize("NFKC", text[:MAX_CHARACTERS]).translate(_DROPPED).translate(_MAPPED)
    return " ".join(text.replace("**", " ").replace("`", " ").replace("$", " ").split())


def folded(text: str) -> str:
    """`plain`, without case, closing punctuation, "the answer is …" and a leading article."""
    text = plain(text).casefold().rstrip(" .!,;:")
    for prefix in (*_WRAPPERS, *_ARTICLES):
        if text.startswith(prefix) and len(text) > len(prefix):
            text = text[len(prefix) :]
    return text.strip(" \"'")
