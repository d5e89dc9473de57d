"""Letters with their own text behind them, "A: Vitamin C": one thing said, though its text may hold letters or a "not"."""

from __future__ import annotations

import re
from functools import lru_cache

from wethink_plugins.rewards.rules.choice import Choice, Pick
from wethink_plugins.rewards.rules.claim import denied, offers_choice, taken_back
from wethink_plugins.rewards.rules.letters import LETTERS, mentions

_NAME = re.compile(r"(?<![\w'’])[A-Z](?![\w'’])")
_MARKED = r"(?:\s*[)\]}>*]*[.:,、，：]+\s*|\s*[)\]}>*]+\s*|\s+[-–—=]\s+|\s+(?=[(\[]))[\"“'(\[*]{0,3}"
# "A cat" is no option A.
_BETWEEN = {True: _MARKED, False: rf"(?:{_MARKED}|\s+[\"“'(\[*]{{0,3}})"}
_CLOSING = r"[.]?[\"”')\]*]{0,3}"
_LEAD = r"(?:(?:the )?(?:correct )?(?:option|choice|answer)(?: is)?:? )?"
_SMALL = re.compile(r"[\s,;.&*()、，-]|and|both|options?|和|选项", re.IGNORECASE)
_DENIED = re.compile(
    r"\W*(?:(?:is|are|was|seems?|looks?) (?:clearly |definitely )?(?:not (?:the |a )?(?:correct|right|answer|true)|"
    r"wrong|incorrect|false|rejected|ruled out|excluded|eliminated|too \w+)|(?:错误?|不对|不正确)$)|\s*[❌✗✘]"
)
_OFFERED = re.compile(r"\W*[/|?]|\W*or\b", re.IGNORECASE)
_LONGEST = 600


def pick_pair(text: str, choice: Choice) -> Pick | None:
    """The pick of an answer that is pairs alone, or starts with one. None where there is no pair, or more is to be read.

    "A. angle A B. angle B" picks both, and a letter with the text of another one, none.
    """
    if len(text) > _LONGEST or not choice.texts:
        return None
    own = {LETTERS[i]: pair for i, option in enumerate(choice.texts) if (pair := _found(text, LETTERS[i], option))}
    if len(own) > 1 and not _SMALL.sub("", _without(text, list(own.values()))):
        return Pick(frozenset(own))
    for letter, pair in own.items():
        lead = re.compile(rf"{_LEAD}{pair.pattern}", re.IGNORECASE).match(text)
        if lead and text[lead.start() : lead.end()].find(letter) >= 0:
            return _behind(letter, text[lead.end() :], choice)
    return Pick(frozenset(), "a letter with another option's text") if _crossed(text, choice) else None


def pairs_folded(text: str, choice: Choice) -> str:
    """The text with a pair at its end as the letter alone, where its text could be misread."""
    for i, option in enumerate(choice.texts):
        pair = _found(text, LETTERS[i], option) if _misleads(option, choice) and len(text) <= _LONGEST else None
        if pair:
            text = re.sub(rf"{pair.pattern}\W*$", LETTERS[i], text)
    return text


def _behind(letter: str, rest: str, choice: Choice) -> Pick | None:
    """What stands behind a letter and its own text may explain it, or take it back."""
    own = choice.texts[LETTERS.index(letter)]
    truth = choice.truths[LETTERS.index(letter)]
    if _DENIED.match(rest) or (taken_back(rest) and truth is None):
        return Pick(frozenset(), f"takes {letter} back")
    if not _misleads(own, choice):
        return None
    named = mentions(rest, choice.count)
    if letter in named.rejected or _OFFERED.match(rest) or (offers_choice(rest) and len(rest.split()) <= 6):
        return Pick(frozenset(), f"takes {letter} back")
    names_letters = any(_name_in(option, choice) for option in choice.texts)
    others = (named.chosen if names_letters else named.chosen | named.loose) - {letter}
    if others or any(_found(rest, other, text) for other, text in _others(letter, choice)):
        return Pick(frozenset(), f"letter {letter} beside {', '.join(sorted(others)) or 'another one'}")
    return Pick(frozenset(letter))


def _others(letter: str, choice: Choice) -> list[tuple[str, str]]:
    return [(LETTERS[i], option) for i, option in enumerate(choice.texts) if LETTERS[i] != letter]


def _without(text: str, pairs: list[re.Pattern[str]]) -> str:
    for pair in pairs:
        text = pair.sub(" ", text)
    return text


def _crossed(text: str, choice: Choice) -> bool:
    said = text.strip()
    return any(
        _misleads(option, choice)
        and len(said) <= len(option) + 12
        and option.strip(" .").casefold() in said.casefold()
        and any(_pair(letter, option, True).fullmatch(said) for letter in LETTERS[: choice.count] if letter != own)
        for own, option in zip(LETTERS, choice.texts, strict=False)
    )


def _misleads(option: str, choice: Choice) -> bool:
    return len(option) > 1 and (_name_in(option, choice) or denied(option) or "错" in option)


def _name_in(option: str, choice: Choice) -> bool:
    return len(option) > 1 and any(LETTERS.index(name) < choice.count for name in _NAME.findall(option))


def _found(text: str, letter: str, option: str) -> re.Pattern[str] | None:
    if option.strip(" .").casefold() not in text.casefold():
        return None
    pair = _pair(letter, option, letter in "AI")
    return pair if pair.search(text) else None


@lru_cache(maxsize=4096)
def _pair(letter: str, option: str, marked: bool) -> re.Pattern[str]:
    option = option.strip(" .")
    if len(option) < 2 and not option.isdigit():
        return re.compile(r"(?!)")  # "A, D" is a list of letters
    words = re.escape(option)
    end = r"(?!\w|[.,:/^_-]\w|\s*[%°×*^+=<>≤≥]|/\w|\s*[/-]\s*\d)" if option[-1:].isalnum() else ""
    return re.compile(rf"(?<![\w'’])(?:\({letter}\)|{letter}){_BETWEEN[marked]}(?i:{words}){end}{_CLOSING}")
