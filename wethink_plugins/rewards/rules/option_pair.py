"""Letters with their own text behind them, "A: Vitamin C": one thing said, though its text may hold letters or a "not"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from wethink_plugins.rewards.rules.choice import Choice, Pick
from wethink_plugins.rewards.rules.claim import denied, offers_choice, taken_back
from wethink_plugins.rewards.rules.letters import LETTERS, mentions

_NAME = re.compile(r"(?<![\w'’])[A-Z](?![\w'’])")
_MARKED = r"(?:\s*[)\]}>*]*[.:,、，：]+\s*|\s*[)\]}>*]+\s*|\s+[-–—=]\s+|\s+(?=[(\[]))"
_LETTER = r"(?<![\w'’°∠])(?:\((?P<a>[A-Z])\)|(?P<b>[A-Z]))"
_WITH_MARK = re.compile(_LETTER + _MARKED)
# "A cat" is no option A.
_WITH_SPACE = re.compile(_LETTER + r"\s+")
_OPENING = "\"“'([*"
_CLOSING = re.compile(r"[.]?[\"”')\]*]{0,3}")
_CUT_SHORT = re.compile(r"\w|[.,:/^_-]\w|\s*[%°×*^+=<>≤≥]|/\w|\s*[/-]\s*\d")
_LEAD = re.compile(
    r"(?:(?:i (?:think|believe) )?(?:it|this|that)(?: is|'s) )?(?:(?:the )?(?:correct )?(?:option|choice|answer)(?: is)?:? )?",
    re.IGNORECASE,
)
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


@dataclass(frozen=True)
class Pair:
    """A letter and a text behind it, from `start` to `end` in the answer."""

    letter: str
    start: int
    end: int


def pick_pair(text: str, choice: Choice) -> Pick | None:
    """The pick of an answer that is pairs alone, or starts with one. None where there is no pair, or more is to be read.

    "A. angle A B. angle B" picks both, and a letter with the text of another one, none.
    """
    if len(text) > _LONGEST or not choice.texts or _FINAL.search(text):
        return None
    own = _own_pairs(text, choice)
    lead = _LEAD.match(text)
    start = lead.end() if lead else 0
    if len({pair.letter for pair in own}) > 1 and not _SMALL.sub("", _without(text, own, start)):
        return Pick(frozenset(pair.letter for pair in own))
    first = next((pair for pair in own if pair.start in (0, start)), None)
    if first:
        return _behind(first.letter, text[first.end :], choice)
    return Pick(frozenset(), "a letter with another option's text") if _crossed(text, choice) else None


def pairs_folded(text: str, choice: Choice) -> str:
    """The text with a pair at its end as the letter alone, where its text could be misread."""
    if len(text) > _LONGEST:
        return text
    for pair in _own_pairs(text, choice):
        misread = _misleads(choice.texts[LETTERS.index(pair.letter)], choice)
        if misread and not re.search(r"\w", text[pair.end :]) and _ANNOUNCED.search(text[: pair.start]):
            return text[: pair.start] + pair.letter
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
    pairs = [pair for pair in _all_pairs(rest, other, option) if pair.letter == other]
    return bool(pairs) and not _NOT.search(rest[: pairs[0].start])


def _is(rest: str, option: str) -> bool:
    return rest.strip(" ().,;:-*").removeprefix("i.e.").strip(" ,").casefold() == option.strip(" .").casefold()


def _others(letter: str, choice: Choice) -> list[tuple[str, str]]:
    return [(LETTERS[i], option) for i, option in enumerate(choice.texts) if LETTERS[i] != letter]


def _without(text: str, pairs: list[Pair], start: int) -> str:
    for pair in reversed(pairs):
        text = text[: pair.start] + " " + text[pair.end :]
    return text[start:] if start < pairs[0].start + 1 else text


def _crossed(text: str, choice: Choice) -> bool:
    said = text.strip()
    if len(said) > max(map(len, choice.texts)) + 12:
        return False
    return any(
        _misleads(option, choice)
        and any(
            pair.letter != own and (pair.start, pair.end) == (0, len(said)) for pair in _pairs(said, option, _WITH_MARK)
        )
        for own, option in zip(LETTERS, choice.texts, strict=False)
    )


def _misleads(option: str, choice: Choice) -> bool:
    return len(option) > 1 and (_name_in(option, choice) or denied(option) or "错" in option)


def _name_in(option: str, choice: Choice) -> bool:
    return len(option) > 1 and any(LETTERS.index(name) < choice.count for name in _NAME.findall(option))


def _own_pairs(text: str, choice: Choice) -> list[Pair]:
    """In their order."""
    folded = text.casefold()
    found: list[Pair] = []
    for letter, option in zip(LETTERS, choice.texts, strict=False):
        if _bare_text(option).casefold() in folded:
            found += [pair for pair in _all_pairs(text, letter, option) if pair.letter == letter]
    return sorted(set(found), key=lambda pair: (pair.start, pair.end))


def _all_pairs(text: str, letter: str, option: str) -> list[Pair]:
    return _pairs(text, option, _WITH_MARK) + ([] if letter in "AI" else _pairs(text, option, _WITH_SPACE))


def _bare_text(option: str) -> str:
    return option.strip(" .")


def _pairs(text: str, option: str, pattern: re.Pattern[str]) -> list[Pair]:
    """Any letters with this option's text behind them."""
    option = _bare_text(option)
    if len(option) < 2 and not option.isdigit():
        return []  # "A, D" is a list of letters
    found = []
    for match in pattern.finditer(text):
        end = _end_of(text, match.end(), option)
        if end:
            found.append(Pair(match["a"] or match["b"], match.start(), end))
    return found


def _end_of(text: str, at: int, option: str) -> int:
    """Where the option's text ends that starts here, behind up to three opening marks; 0 where it doesn't."""
    for start in range(at, at + 4):
        end = start + len(option)
        if text[start:end].casefold() == option.casefold():
            cut = option[-1:].isalnum() and _CUT_SHORT.match(text, end)
            closing = _CLOSING.match(text, end)
            return 0 if cut or not closing else closing.end()
        if text[start : start + 1] not in _OPENING or start >= len(text):
            return 0
    return 0
