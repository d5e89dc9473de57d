"""Puts texts of others into a prompt so that none can pass for the prompt itself.

Three things, each enough alone: the fence's code is derived from the texts, so no text can hold its own; every line is
quoted with a bar, so an echo of it is no line that a verdict is read from; and the marks of chat templates are broken
up, since a server reads `<|im_end|>` as the end of the turn wherever it stands.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

# Tags of chat templates (<|im_end|>, </s>, <start_of_turn>, <image>, <｜User｜>): a tokenizer makes control tokens of them.
_TAG = re.compile(r"<(?=[|/!A-Za-z｜▁])")
_BRACKET = re.compile(r"\[(?=/?(?:INST|SYS|TOOL|AVAILABLE|IMG)\b|/?(?:INST|TOOL_|IMG_))", re.IGNORECASE)
_CODE_LENGTH = 16
_NO_WORD = re.compile("[^0-9A-Za-z]+")


def code_for(*texts: str, avoid: str = "") -> str:
    """Hex digits that depend on the texts and occur in none of them nor in `avoid`, also not in disguise.

    The same each time.
    """
    flat = [_flat(text) for text in (*texts, avoid)]
    seed = "\0".join(texts).encode("utf-8", "backslashreplace")
    for turn in range(1_000_000):
        code = hashlib.sha256(b"%d\0" % turn + seed).hexdigest()[:_CODE_LENGTH]
        if not any(code in text for text in flat):
            return code
    raise AssertionError("no code is free of a million")  # would take a text of 16 MB that knows its own hashes


def fenced(name: str, code: str, text: str) -> str:
    lines = sanitized(text).split("\n")
    return "\n".join([f"<<<{name} {code}", *(f"| {line}" for line in lines), f"{name} {code}>>>"])


def sanitized(text: str) -> str:
    """One kind of line break, no control characters, half surrogates or chat template marks; else as it is."""
    text = "\n".join(line if line.isprintable() else _printable(line) for line in text.splitlines())
    return _BRACKET.sub("[ ", _TAG.sub("< ", text))


def _printable(line: str) -> str:
    return "".join(_plain(character) for character in line)


def _plain(character: str) -> str:
    if character == "\t" or character.isprintable():
        return character
    kind = unicodedata.category(character)
    return " " if kind == "Zs" else "" if kind == "Cf" else "\N{REPLACEMENT CHARACTER}"


def _flat(text: str) -> str:
    """As a reader may see it: wide and narrow forms are one, what has no width is gone."""
    if text.isascii():
        return _NO_WORD.sub("", text).lower()
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())
