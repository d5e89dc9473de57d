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
_LEAD = r"(?:(?:i (?:think|believe) )?(?:it|this|that)(?: is|'s) )?(?:(?:the )?(?:correct )?(?:option|choice|answer)(?: is)?:? )?"
_SMALL = re.compile(r"[\s,;.&*()、，-]|and|both|options?|和|选项", re.IGNORECASE)
_DENIED = re.compile(
    r"\W*(?:(?:is|are|was|seems?|looks?) (?:clearly |definitely )?(?:not (?:the |a )?(?:correct|right|answer|true)|"
    r"wrong|incorrect|false|rejected|ruled out|excluded|eliminated|too \w+)|can(?:not|'t| not) be (?:correct|right|true)|"
    r"(?:wrong|incorrect|false)\W*$|(?:错误?|不对|不正确)$)|\s*[❌✗✘]"
)
_VERDICTS = frozenset(("right", "wrong", "correct", "incorrect"))
_EXPLAINS = re.compile(r"\W*(?:because|since|as|due|which|for|因为)\b", re.IGNORECASE)
# "A. Company A. Therefore, B.", "A. Company A, no, B."
_ENDS = re.compile(
    r"(?:\b(?:so|therefore|thus|hence|no|wait|actually|instead|correction|rather)\b|所以|因此)\W*(?:option |it is |the answer is )?([A-Z])\W*$",
    re.IGNORECASE,
)
# Options said again, and then the answer.
_FINAL = re.compile(
    r"\n.*\b(?:answer|choice)(?: is)?:? *\W{0,3}[A-Z]\W*$|(?<=.)\b(?:answer|choice)(?: is)?: *\W{0,3}[A-Z]\W*$",
    re.IGNORECASE,
)
# What stands in front of a letter that is no part of a name such as "Point B".
_ANNOUNCED = re.compile(
    r"(?:^|\b(?:is|be|option|choice|answer|so|therefore|thus|hence|pick|choose|select|say)|[.:;()*—-]|是|选|选项) *$",
    re.IGNORECASE,
)
_NOT = re.compile(r"(?:\bnot|\brather than|\binstead of|\bunlike|不是?)\W*(?:option )?$", re.IGNORECASE)
_OFFERED = re.compile(r"\W*[/|?]|\W*or\b", re.IGNORECASE)
_LONGEST = 600


def pick_pair(text: str, choice: Choice) -> Pick | None:
    """The pick of an answer that is pairs alone, or starts with one. None where there is no pair, or more is to be read.

    "A. angle A B. angle B" picks both, and a letter with the text of another one, none.
    """
    if len(text) > _LONGEST or not choice.texts or _FINAL.search(text):
        return None
    own = {LETTERS[i]: pair for i, option in enumerate(choice.texts) if (pair := _found(text, LETTERS[i], option))}
    unled = re.sub(_LEAD, "", text, count=1, flags=re.IGNORECASE)
    if len(own) > 1 and not _SMALL.sub("", _without(unled, list(own.values()))):
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
        last = re.search(rf"{pair.pattern}\W*$", text) if pair else None
        if last and _ANNOUNCED.search(text[: last.start()]):
            text = text[: last.start()] + LETTERS[i]
    return text


def _behind(letter: str, rest: str, choice: Choice) -> Pick | None:
    """What stands behind a letter and its own text may explain it, or take it back."""
    own = choice.texts[LETTERS.index(letter)]
    truth = choice.truths[LETTERS.index(letter)]
    if any(option.casefold().strip(" .") in _VERDICTS for option in choice.texts):
        return None
    if _DENIED.match(rest) or (taken_back(rest) and truth is None):
        return Pick(frozenset(), f"takes {letter} back")
    if not _misleads(own, choice):
        return None
    named = mentions(rest, choice.count)
    if letter in named.rejected or _OFFERED.match(rest) or (offers_choice(rest) and len(rest.split()) <= 6):
        return Pick(frozenset(), f"takes {letter} back")
    names_letters = any(_name_in(option, choice) for option in choice.texts)
    others = (named.chosen if names_letters else named.chosen | named.loose) - {letter}
    if _EXPLAINS.match(rest) and names_letters:
        others = frozenset()
    ends = _ENDS.search(rest)
    if ends and ends[1] != letter:
        others |= {ends[1]}
    paired = {other for other, text in _others(letter, choice) if _claims(rest, other, text) or _is(rest, text)}
    if others or paired:
        return Pick(frozenset(), f"letter {letter} beside {', '.join(sorted(others)) or 'another one'}")
    return Pick(frozenset(letter))


def _claims(rest: str, other: str, option: str) -> bool:
    """Whether another pair stands there, and no "not" in front of it."""
    pair = _found(rest, other, option)
    at = pair.search(rest) if pair else None
    return bool(at and not _NOT.search(rest[: at.start()]))


def _is(rest: str, option: str) -> bool:
    return rest.strip(" ().,;:-*").removeprefix("i.e.").strip(" ,").casefold() == option.strip(" .").casefold()


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
    return re.compile(rf"(?<![\w'’°∠])(?:\({letter}\)|{letter}){_BETWEEN[marked]}(?i:{words}){end}{_CLOSING}")
