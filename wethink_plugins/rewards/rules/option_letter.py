"""A letter with words behind it: they may be its text or an explanation, not another option."""

from __future__ import annotations

import re

from wethink_plugins.rewards.rules.choice import Choice, Pick
from wethink_plugins.rewards.rules.claim import bare, offers_choice, taken_back
from wethink_plugins.rewards.rules.letters import LETTERS, led_by_letter, lone_letter, mentions
from wethink_plugins.rewards.rules.option_text import by_text, by_words, mathsy, mentioned
from wethink_plugins.rewards.rules.policy import Policy
from wethink_plugins.rewards.rules.text import words_of

# Where the options are not known, the letter behind "B." may belong to its text: "B. Both A and C".
_UNREAD = "?"
_TURNS = frozenset(("−", "⁻", "not"))
EXPLAINS = re.compile(
    r"\(?(?:because|since|as |so |for |it |this |that |the |which |therefore|,? ?因为|is |i |we |given|due|"
    r"based|here)",
    re.IGNORECASE,
)

# "B, without a doubt" says no more than B.
_SURE = re.compile(
    r"[,;]? ?(?:(?:without|beyond) (?:a |any )?doubt|undoubtedly|definitely|certainly|for sure|obviously|clearly|of course|"
    r",? ?which|(?:,? ?which|this|that|it) is (?:clearly |definitely )?(?:correct|right|true|the (?:correct|right) (?:one|answer|option|choice)))[.!]?",
    re.IGNORECASE,
)

# Letters that belong to geometry, not to the options: "triangle ABC" is no mention, "point D" is.
_ELSEWHERE = re.compile(r"\b(?:point|side|angle|line|segment|vertex|vitamin|grade|type|figure) [A-Z]\b")


def with_text(letter: str, rest: str, choice: Choice, policy: Policy) -> Pick:
    """A letter with words behind it: they may be its text or an explanation, not another option."""
    rest = rest.strip()
    again = None if _has_text(letter, choice) else led_by_letter(rest)
    rest = again[1] if again and again[0] == letter else rest
    said_twice = lone_letter(rest) == letter and not _has_text(letter, choice)
    if not rest or said_twice or _SURE.fullmatch(rest) or (choice.texts and by_words(rest, choice, policy) == letter):
        return Pick(frozenset(letter))
    if choice.texts and _same_in_other_order(rest, letter, choice, policy):
        return Pick(frozenset(letter))
    if taken_back(rest) and letter not in mentioned(rest, choice):
        return Pick(frozenset(), f"takes {letter} back")
    fault = _other_letter(letter, rest, choice) or (_other_text(letter, rest, choice, policy) if choice.texts else "")
    return Pick(frozenset(), fault.replace(_UNREAD, "")) if fault else Pick(frozenset(letter))


def _has_text(letter: str, choice: Choice) -> bool:
    """Whether the letter is the text of another option."""
    return letter in choice.texts and choice.texts[LETTERS.index(letter)] != letter


def _same_in_other_order(rest: str, letter: str, choice: Choice, policy: Policy) -> bool:
    """ "x > 2 or x < 1" for the option "x < 1 or x > 2"."""
    return offers_choice(choice.texts[LETTERS.index(letter)]) and _same_value(rest, letter, choice, policy)


def _other_letter(letter: str, rest: str, choice: Choice) -> str:
    """What is wrong when the words behind a letter name another one, or take it back."""
    named = mentions(rest, choice.count)
    others = (named.chosen | named.loose) - {letter}
    unread = not choice.texts and not (named.chosen or named.rejected or offers_choice(rest) or lone_letter(rest[:2]))
    if others and unread:
        return "" if _ELSEWHERE.search(rest) else _UNREAD
    if others and not _ELSEWHERE.search(rest):
        return f"letter {letter} beside {', '.join(sorted(others))}"
    offers = offers_choice(rest) and (len(rest.split()) <= 6 or mentioned(rest, choice) - {letter})
    return f"takes {letter} back" if letter in named.rejected or offers else ""


def _other_text(letter: str, rest: str, choice: Choice, policy: Policy) -> str:
    """What is wrong when the words behind a letter are not its own text and explain nothing."""
    told = by_text(bare(rest), choice, policy)
    if told and told != letter:
        return f"letter {letter} with the text of {told}"
    if told or _same_value(rest, letter, choice, policy):
        return ""
    named = mentioned(rest, choice)
    if not named and mentions(rest, choice.count).rejected:
        return ""
    if named - {letter} and letter not in named:
        return f"letter {letter} with the text of {', '.join(sorted(named))}"
    words, own = set(words_of(rest)), set(choice.words[LETTERS.index(letter)])
    explains = letter in named or EXPLAINS.match(rest) or len(words_of(rest)) > 6
    part = (words <= own or own <= words) and not _TURNS & (words ^ own)
    return "" if explains or part else f"letter {letter} with a text that is not its own"


def _same_value(rest: str, letter: str, choice: Choice, policy: Policy) -> bool:
    from wethink_plugins.rewards.rules.blank import grade_blank

    own = choice.texts[LETTERS.index(letter)]
    return mathsy(own) and grade_blank(rest, own, policy).decision == "right"
