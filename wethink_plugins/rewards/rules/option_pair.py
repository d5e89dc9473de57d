"""Letters with their own text behind them, "A: Vitamin C": one thing said, though its text may hold letters or a "not"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from wethink_plugins.rewards.rules.choice import Choice, Pick
from wethink_plugins.rewards.rules.claim import denied
from wethink_plugins.rewards.rules.letters import LETTERS

_LETTER = re.compile(r"(?<![\w'’])[A-Z](?![\w'’])|错")
_BETWEEN = r"(?:\s*[)\]}>*]*[.:,、，：]+\s*|\s*[)\]}>*]+\s*|\s+[-–—=]\s+|\s+)[\"“'(\[*]{0,3}"
_CLOSING = r"[.]?[\"”')\]*]{0,3}"
_SMALL = re.compile(r"\W|and|both|options?|和|选项", re.IGNORECASE)


def pairs_folded(text: str, choice: Choice) -> str | Pick:
    """The text with such pairs as letters alone, where their texts could be misread; a Pick when there is nothing else.

    "A. angle A B. angle B" picks both, and a letter with the text of another one, none.
    """
    if len(text) > 600:
        return text
    own = {
        LETTERS[i]: pair
        for i, option in enumerate(choice.texts)
        if option.strip(" .").casefold() in text.casefold() and (pair := _pair(LETTERS[i], option)).search(text)
    }
    if len(own) > 1 and not _SMALL.sub("", _without(text, own.values())):
        return Pick(frozenset(own))
    if _crossed(text, choice):
        return Pick(frozenset(), "a letter with another option's text")
    for letter, pair in own.items():
        if _misleads(choice.texts[LETTERS.index(letter)]):
            text = pair.sub(letter, text)
    return text


def _without(text: str, pairs: Iterable[re.Pattern[str]]) -> str:
    for pair in pairs:
        text = pair.sub(" ", text)
    return text


def _crossed(text: str, choice: Choice) -> bool:
    said = text.strip()
    return any(
        _misleads(option)
        and len(said) <= len(option) + 12
        and option.strip(" .").casefold() in said.casefold()
        and any(_pair(letter, option).fullmatch(said) for letter in LETTERS[: choice.count] if letter != LETTERS[i])
        for i, option in enumerate(choice.texts)
    )


def _misleads(option: str) -> bool:
    return len(option) > 1 and bool(_LETTER.search(option) or denied(option))


@lru_cache(maxsize=4096)
def _pair(letter: str, option: str) -> re.Pattern[str]:
    option = option.strip(" .")
    if len(option) < 2 and not option.isdigit():
        return re.compile(r"(?!)")  # "A, D" is a list of letters
    words = re.escape(option)
    end = r"(?!\w|[.,:/^_-]\w|\s*[%°×*/^+=<>≤≥]|\s*-\s*\d)" if option[-1:].isalnum() else ""
    return re.compile(rf"(?<![\w'’])(?:\({letter}\)|{letter}){_BETWEEN}(?i:{words}){end}{_CLOSING}")
