"""Which option a sentence commits to: the one letter it takes, or the one option whose text it claims."""

from __future__ import annotations

import re

from wethink_plugins.rewards.rules.choice import Choice, Pick
from wethink_plugins.rewards.rules.claim import claims, denied, of_another, offers_choice
from wethink_plugins.rewards.rules.letters import LETTERS, mentions
from wethink_plugins.rewards.rules.number import read_tidy
from wethink_plugins.rewards.rules.option_letter import with_text
from wethink_plugins.rewards.rules.option_text import by_text, by_words, is_letter, mentioned, several_texts
from wethink_plugins.rewards.rules.policy import Policy
from wethink_plugins.rewards.rules.text import words_of

_LIST_WORDS = frozenset(
    str.split(
        "answer option choice correct right both letter so therefore i choose select pick final hence thus one + / * ⊏ ⊐"
    )
)

# "Half of 42" is not 42.
_OF_IT = re.compile(
    r"\b(?:half|twice|double|triple|third|quarter|square|sum|product|percent|%) (?:root )?(?:of )?(?=\d)"
)

_LIMIT = re.compile(
    r"\b(?:prior|up|close|next|opposite|contrary) to\b|\bfar from\b|\banything but\b|\b(?:until|till)\b|\bby (?=\d)",
    re.IGNORECASE,
)
# What may answer a question ("which event is unlikely?"), and may as well put an option aside.
_DISMISSED = re.compile(
    r"\b(?:is|are|was|seems?|looks?|(?:must|can|should) be) (?:(?:clearly|obviously) )?(?:false|"
    r"rejected|ruled out|excluded|eliminated|discarded|out(?= ?$|[.,;])|a trap|(?:my |the )?second|"
    r"too (?:large|small|big|high|low|long|short|much|many|few|little))",
    re.IGNORECASE,
)
_STATED = re.compile(r"\b(?:answer|option|choice) (?:is|must be)\b", re.IGNORECASE)
_CONDITION = re.compile(r"(?:if|unless)\b|如果|假如", re.IGNORECASE)
_FUNCTION_WORDS = frozenset(
    str.split(
        "is are was were be the a an it of in on at to from by with its has have there that this and he she "
        "they his her their i see as for would which what so because shows show gives "
        "will equals contains means called named can must should looks appears seems option choice"
    )
)

# "Red and blue" doesn't say red alone.
_NEIGHBOURS = (_FUNCTION_WORDS - {"and"}) | {""}


def sentence(text: str, choice: Choice, policy: Policy) -> Pick:
    """A sentence commits to the one letter it takes, or to the one option whose text it claims."""
    for claim in claims(text)[:4] if choice.texts else []:
        if claim.text == text:
            continue
        several = None if by_words(claim.text, choice, policy) else several_texts(claim.text, choice, policy)
        if several and not denied(claim.subject):
            return Pick(several)
    found = mentions(text, choice.count)
    named = _claimed(text, choice, policy)
    rivals = found.chosen | (found.loose if len(found.loose) > 1 or found.chosen else frozenset())
    if len(rivals) > 1:
        if not offers_choice(text) and not found.rejected and _nothing_else(text, rivals, choice):
            return Pick(rivals)
        return Pick(frozenset(), f"names {', '.join(sorted(rivals))}")
    if len(found.chosen) == 1:
        letter = next(iter(found.chosen))
        if _dismissed(text, letter):
            return Pick(frozenset())
        if letter in found.rejected or offers_choice(text.split("because")[0]):
            return Pick(frozenset(), f"takes {letter} back")
        if (named or mentioned(text, choice)) - {letter} and letter not in mentioned(text, choice):
            return Pick(frozenset(), f"letter {letter} with another option's text")
        return Pick(found.chosen)
    if found.rejected and not named:
        return _last_standing(found.loose, found.rejected)
    if len(named) == 1 and not (found.loose - named):
        return Pick(frozenset(named))
    if len(found.loose) == 1 and _starts_with_letter(text, next(iter(found.loose))):
        return with_text(next(iter(found.loose)), text[1:], choice, policy)
    named_texts = mentioned(text, choice)
    return Pick(frozenset(), f"names {', '.join(sorted(named_texts))}") if len(named_texts) > 1 else Pick(frozenset())


def _dismissed(text: str, letter: str) -> bool:
    """ "If not C then B", "B is too large"."""
    if _CONDITION.match(text) and not _STATED.search(text):
        return True
    at = re.search(rf"(?<![A-Za-z]){letter}(?![A-Za-z])[ )\]*\"']*", text)
    return bool(at and _DISMISSED.match(text, at.end()))


def _nothing_else(text: str, letters: frozenset[str], choice: Choice) -> bool:
    """Whether a list of letters comes with nothing but small words and their own texts."""
    own = {word for letter in letters if choice.texts for word in choice.words[LETTERS.index(letter)]}
    left = [
        word
        for word in words_of(text)
        if word.upper() not in letters and word not in own and word not in _FUNCTION_WORDS
    ]
    return all(word in _LIST_WORDS for word in left)


def _last_standing(loose: frozenset[str], rejected: frozenset[str]) -> Pick:
    """ "Not A, so B" leaves B."""
    left = loose - rejected
    return Pick(left) if len(left) == 1 else Pick(frozenset(), f"only says no to {', '.join(sorted(rejected))}")


def _starts_with_letter(text: str, letter: str) -> bool:
    return text.startswith(letter) and not text[1:2].isalnum()


def _claimed(text: str, choice: Choice, policy: Policy) -> set[str]:
    """Options whose text the sentence says: behind "is", or alone between small words."""
    if not choice.texts or offers_choice(text) or _OF_IT.search(text):
        return set()
    for claim in claims(text):
        told = by_text(claim.text, choice, policy) if claim.text != text and not is_letter(claim.text, choice) else ""
        if told:
            rivals = mentioned(claim.subject, choice) - {told}
            return {told} if not rivals and not _lists_a_number(claim.subject) else set()
    named = mentioned(text, choice)
    if len(named) != 1 or denied(text) or of_another(text) or _DISMISSED.search(text) or _LIMIT.search(text):
        return set()
    letter = next(iter(named))
    return {letter} if _stands_alone(words_of(text), choice.words[LETTERS.index(letter)]) else set()


def _lists_a_number(subject: str) -> bool:
    """ "77, B: 42" offers 77 before it says 42."""
    *pieces, _ = re.split(r"[,;] ?", subject)
    return any(read_tidy(piece) is not None for piece in pieces)


def _stands_alone(words: tuple[str, ...], option: tuple[str, ...]) -> bool:
    """Small words or nothing on both sides, so that "hot dog" and "light blue" are no dog and no blue."""
    size = len(option)
    for at in range(len(words) - size + 1):
        if words[at : at + size] == option:
            before = words[at - 1] if at else ""
            behind = words[at + size] if at + size < len(words) else ""
            if {before, behind} <= _NEIGHBOURS:
                return True
    return False
