"""Which option a text says: by its words, by the things it lists, or as a number."""

from __future__ import annotations

import re
from functools import lru_cache

from wethink_plugins.rewards.rules.capitals import other_case
from wethink_plugins.rewards.rules.choice import Choice
from wethink_plugins.rewards.rules.claim import offers_choice
from wethink_plugins.rewards.rules.letters import LETTERS, led_by_letter, letter_list
from wethink_plugins.rewards.rules.number import read_tidy
from wethink_plugins.rewards.rules.policy import Policy
from wethink_plugins.rewards.rules.text import letters_only, words_of

_NONE = re.compile(
    r"(?:none|neither)(?: of (?:the above|these|those|them|the (?:options|choices|others)))?(?: (?:is|are) "
    r"(?:correct|right|true))?|no(?:ne)? (?:correct )?(?:option|answer|choice)s?(?: (?:is|are) correct)?|"
    r"以上都不(?:是|对)|"
    r"都不(?:是|对)",
    re.IGNORECASE,
)

_ALL = re.compile(
    r"all(?: of)? (?:the above|these|those|them|the options|the choices)|everything above|both(?: of (?:the above|"
    r"them))?|以上都(?:是|对)|都(?:是|对)",
    re.IGNORECASE,
)

_PRONOUN = re.compile(r"\bI(?='|’| [a-z])")
_ONLY = re.compile(r"^statements? (?=[IVX]+\b)| only$", re.IGNORECASE)
_BOTH = re.compile(r"^both (?:of )?(?:options )?", re.IGNORECASE)
_LISTED = re.compile(r",(?: and)? | and | & |; ?|、|和|\n")
# "(0, 2) and [0, 2]" names two options, though it could be worked out as one set.
_SET = re.compile(r"[(\[<>≤≥]")
_JOINED = re.compile(r",? (?:and|&) |[和且]")
_MEMBERS = re.compile(r", (?:and )?| and | & |、|和")


def by_text(text: str, choice: Choice, policy: Policy) -> str:
    """The letter of the one option that says the same: by words first, then as a number."""
    return by_words(text, choice, policy) or by_value(text, choice, policy)


def said_in_words(text: str, choice: Choice, policy: Policy) -> str:
    return by_words(text, choice, policy) or by_words(_BOTH.sub("", text), choice, policy)


def by_words(text: str, choice: Choice, policy: Policy) -> str:
    words = words_of(text, policy.plurals == "same")
    if len(words) > 2 and words[0] in ("it", "they", "this", "that") and words not in choice.words:
        words = words[1:]
    if choice.texts.count(text) == 1:
        return LETTERS[choice.texts.index(text)]
    found = [LETTERS[i] for i, option in enumerate(choice.texts) if _same_letters(option, text)] or [
        LETTERS[i]
        for i, option in enumerate(choice.words)
        if (option == words and not other_case(text, choice.texts[i]))
        or (letters_only(option) and letters_only(words) and "".join(option) == "".join(words))
    ]
    if len(found) == 1:
        return found[0]
    if found:
        return ""
    found = _by_members(text, choice)
    if len(found) == 1:
        return found[0]
    if _NONE.fullmatch(text) or _ALL.fullmatch(text):
        pattern = _NONE if _NONE.fullmatch(text) else _ALL
        found = [LETTERS[i] for i, option in enumerate(choice.texts) if pattern.fullmatch(option.strip(" ."))]
        return found[0] if len(found) == 1 else ""
    return ""


def _same_letters(option: str, text: str) -> bool:
    return option.casefold() == text.casefold() and not other_case(text, option)


def all_of(letters: frozenset[str], choice: Choice) -> frozenset[str]:
    """The option "All of the above" for all that stand above it, and "Both A and B" for the two."""
    both = [
        LETTERS[i]
        for i, text in enumerate(choice.texts)
        if len(letters) > 1 and letter_list(_BOTH.sub("", text), choice.count) == letters
    ]
    if len(both) == 1:
        return frozenset(both)
    last = LETTERS[len(choice.texts) - 1] if choice.texts else ""
    above = frozenset(LETTERS[: len(choice.texts) - 1])
    named_all = len(above) > 1 and letters == above and _ALL.fullmatch(choice.texts[-1].strip(" ."))
    return frozenset(last) if named_all else letters


def _by_members(text: str, choice: Choice) -> list[str]:
    """Options that list the same things in another order: "blue and red" for "red and blue"."""
    said = _members(text)
    if len(said) < 2:
        return []
    return [LETTERS[i] for i, option in enumerate(choice.texts) if _members(option) == said]


@lru_cache(maxsize=4096)
def _members(text: str) -> frozenset[tuple[str, ...]]:
    text = _ONLY.sub("", text)
    if len(text) > 100 or any(c in text for c in "([{<>=") or offers_choice(text):
        return frozenset()
    pieces = [piece for piece in _MEMBERS.split(text) if piece.strip()]
    return frozenset(words_of(piece) for piece in pieces) if len(pieces) < 8 else frozenset()


def by_value(text: str, choice: Choice, policy: Policy) -> str:
    from wethink_plugins.rewards.rules.blank import grade_claim
    from wethink_plugins.rewards.rules.claim import Claim, without_about
    from wethink_plugins.rewards.rules.gold import read_gold

    if not any(c.isdigit() or c in "\\√π∞∅" for c in text) and not any(
        c.isdigit() for option in choice.texts for c in option
    ):
        return ""
    claim = Claim(without_about(text))
    found = [
        LETTERS[i]
        for i, option in enumerate(choice.texts)
        if mathsy(option) and grade_claim(claim, read_gold(option, policy), policy).decision == "right"
    ]
    return found[0] if len(found) == 1 else ""


def mathsy(option: str) -> bool:
    return any(c.isdigit() or c in "\\√π∞∅=^" for c in option) or read_tidy(option) is not None or len(option) == 1


def several_texts(text: str, choice: Choice, policy: Policy) -> frozenset[str] | None:
    """ "square and circle", "A) square, C) circle": each piece must be an option."""
    if not choice.texts or len(text) > 400:
        return None
    pieces = _JOINED.split(text) if _SET.search(text) and not offers_choice(text) else []
    if len(pieces) < 2:
        pieces = [] if offers_choice(text) else _LISTED.split(_BOTH.sub("", text))
    pieces = [piece for piece in pieces if piece.strip()]
    if len(pieces) < 2:
        return None
    found = [_piece(piece.strip(), choice, policy) for piece in pieces]
    return frozenset(found) if all(found) else None


def several_sets(text: str, choice: Choice, policy: Policy) -> frozenset[str]:
    """The options of "(0, 2) or [0, 2]"; worked out as one set it would be the larger of the two."""
    if not choice.texts or len(text) > 400 or not _SET.search(text) or not offers_choice(text):
        return frozenset()
    found = [by_text(piece.strip(), choice, policy) for piece in re.split(r",? or |或", text)]
    return frozenset(found) if len(found) > 1 and all(found) else frozenset()


def _piece(piece: str, choice: Choice, policy: Policy) -> str:
    led = led_by_letter(piece)
    if led and LETTERS.index(led[0]) < choice.count:
        told = by_text(led[1], choice, policy) if led[1] else led[0]
        return led[0] if told in (led[0], "") and (not led[1] or told) else ""
    return by_text(piece, choice, policy)


def mentioned(text: str, choice: Choice) -> set[str]:
    """The options whose words stand in the text, without those that stand only inside a longer option's words."""
    words = words_of(text)
    spans: list[tuple[int, int, str]] = []
    for index, option in enumerate(choice.words):
        if _PRONOUN.search(text) if choice.texts[index] == "I" else is_letter(choice.texts[index], choice):
            continue  # an article, a pronoun or an option's letter
        size = len(option)
        spans += [
            (at, at + size, LETTERS[index]) for at in range(len(words) - size + 1) if words[at : at + size] == option
        ]
    return _outermost(spans)


def _outermost(spans: list[tuple[int, int, str]]) -> set[str]:
    """Without the spans inside longer ones; in one pass, since 26 options of the same words make thousands."""
    kept: set[str] = set()
    reached, last = -1, (-1, -1)
    for start, end, letter in sorted(spans, key=lambda span: (span[0], -span[1])):
        if end > reached or (start, end) == last:
            kept.add(letter)
            last, reached = (start, end), end
    return kept


def is_letter(text: str, choice: Choice) -> bool:
    """Whether it is a letter that an option has, and not merely a text such as "O" of four."""
    return len(text) == 1 and text in LETTERS and LETTERS.index(text) < choice.count
