"""Multiple choice: an answer is right when it commits to exactly the gold option, by letter or by text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from wethink_plugins.rewards.rules.claim import bare, claims, denied, offers_choice, without_reasons
from wethink_plugins.rewards.rules.latex import tidy
from wethink_plugins.rewards.rules.letters import (
    LETTERS,
    closed_by_letter,
    led_by_letter,
    letter_list,
    lone_letter,
    mentions,
)
from wethink_plugins.rewards.rules.number import read_tidy
from wethink_plugins.rewards.rules.policy import Policy
from wethink_plugins.rewards.rules.text import words_of
from wethink_plugins.rewards.rules.truth import gold_truth, read_truth
from wethink_plugins.rewards.rules.verdict import Verdict, right, shown, undecided, wrong

_LABEL = re.compile(r"\s*\(?([A-Z])\s*[).:]\s*(.*)", re.DOTALL)
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
_EXPLAINS = re.compile(
    r"\(?(?:because|since|as |so |for |it |this |that |the |which |therefore|,? ?因为|is |i |we |given|due|"
    r"based|here)",
    re.IGNORECASE,
)
_LIST_WORDS = frozenset(
    str.split("answer option choice correct right both letter so therefore i choose select pick final hence thus one")
)
_LONGEST = 2000
_MEMBERS = re.compile(r", (?:and )?| and | & |、|和")
# "Half of 42" is not 42.
_OF_IT = re.compile(
    r"\b(?:half|twice|double|triple|third|quarter|square|sum|product|percent|%) (?:root )?(?:of )?(?=\d)"
)
_FIRST_WORD = re.compile(r"[A-Za-z]{2,5} ?[-,;:.!]")
_FUNCTION_WORDS = frozenset(
    str.split(
        "is are was were be the a an it of in on at to from by with its has have there that this and he she "
        "they his her their i see as for would which what so because shows show gives "
        "will equals contains means called named can must should looks appears seems option choice"
    )
)


# "Red and blue" doesn't say red alone.
_NEIGHBOURS = (_FUNCTION_WORDS - {"and"}) | {""}


@dataclass(frozen=True, eq=False)
class Choice:
    """The options of one question, read once; compared by identity, since it is a key of caches."""

    texts: tuple[str, ...]
    words: tuple[tuple[str, ...], ...]
    truths: tuple[bool | None, ...]

    @property
    def count(self) -> int:
        return len(self.texts) or len(LETTERS)


@dataclass(frozen=True)
class Pick:
    """The letters an answer commits to; none with a `fault` for a hedge or a conflict, none without for no option."""

    letters: frozenset[str]
    fault: str = ""


@lru_cache(maxsize=4096)
def read_options(options: tuple[str, ...]) -> Choice:
    texts = [tidy(option[:2000]) for option in options[: len(LETTERS)]]
    labels = [_LABEL.fullmatch(text) for text in texts]
    if texts and all(label and label[1] == LETTERS[i] and label[2] for i, label in enumerate(labels)):
        texts = [label[2] for label in labels if label]
    return Choice(tuple(texts), tuple(map(words_of, texts)), tuple(map(gold_truth, texts)))


def grade_option(answer: str, gold: str, options: Sequence[str], policy: Policy) -> Verdict | None:
    """None when the gold names no option: then it is text like any other."""
    choice = read_options(tuple(options))
    want = gold_letters(gold, choice, policy)
    if not want:
        return None
    got = picked(tidy(answer) if len(answer) <= _LONGEST else answer, choice, policy)
    if not got.letters and not got.fault and not choice.texts:
        return _as_gold_text(answer, gold, policy)
    if not got.letters:
        return wrong(got.fault, "option") if got.fault else undecided(f"no option in {shown(answer.strip())}", "option")
    said = "".join(sorted(got.letters))
    if not choice.texts and got.letters == want and _texts_differ(answer, gold, policy):
        return wrong(f"letter {said} with another text", "option")
    return (
        right(f"option {said}", "option")
        if got.letters == want
        else wrong(f"option {said}, not {''.join(sorted(want))}", "option")
    )


def _as_gold_text(answer: str, gold: str, policy: Policy) -> Verdict:
    """Without a list of options the gold "(C) 12" may be met by its text alone."""
    from wethink_plugins.rewards.rules.blank import grade_blank

    led = led_by_letter(bare(tidy(gold)))
    if led and led[1] and grade_blank(answer, led[1], policy).decision == "right":
        return right("the text of the gold", "option")
    return undecided(f"no option in {shown(answer.strip())}", "option")


def is_option(gold: str, options: Sequence[str], policy: Policy) -> bool:
    """Whether a gold commits to one or more of the options (without any: to a letter), so that it can be graded."""
    choice = read_options(tuple(options))
    verdict = grade_option(gold, gold, options, policy)
    return bool(gold_letters(gold, choice, policy)) and verdict is not None and verdict.decision == "right"


def _texts_differ(answer: str, gold: str, policy: Policy) -> bool:
    """Without a list of options: the gold "(C) 12" is not met by "(C) 42"."""
    from wethink_plugins.rewards.rules.blank import grade_blank

    got, want = led_by_letter(bare(tidy(answer))), led_by_letter(bare(tidy(gold)))
    if not got or not want or not got[1] or not want[1] or _EXPLAINS.match(got[1]):
        return False
    return grade_blank(got[1], want[1], policy).decision != "right"


@lru_cache(maxsize=8192)
def gold_letters(gold: str, choice: Choice, policy: Policy) -> frozenset[str]:
    """The letters of the gold, given as letter, list of letters, letter and text, or text."""
    text = bare(tidy(gold[:2000])).strip("[]' ").replace("'", "").replace('"', "")
    letter = lone_letter(text)
    if letter and LETTERS.index(letter) < choice.count:
        return frozenset(letter)
    exact = _by_text(text, choice, policy)
    if exact:
        return frozenset(exact)
    several = letter_list(text, choice.count)
    if several:
        return several
    led = led_by_letter(text)
    if led and LETTERS.index(led[0]) < choice.count:
        return frozenset(led[0])
    return _several_texts(text, choice, policy) or frozenset()


def picked(text: str, choice: Choice, policy: Policy) -> Pick:
    """What the answer commits to, by the first of: the bare letter, a list, letter with text, text, a sentence."""
    if len(text) > _LONGEST:
        return Pick(frozenset(), "far too long for a choice")
    plain = bare(text)
    letter = lone_letter(plain) or lone_letter(text)
    if letter and LETTERS.index(letter) < choice.count:
        return Pick(frozenset(letter))
    if letter:
        by_text = _by_words(plain, choice, policy)
        return Pick(frozenset(by_text)) if by_text else Pick(frozenset(), f"there is no option {letter}")
    marked = led_by_letter(plain) or closed_by_letter(plain)
    by_text = _by_words(plain, choice, policy) if marked is None or plain in choice.texts else ""
    several = by_text or letter_list(plain, choice.count) or _several_texts(plain, choice, policy)
    if several:
        return Pick(frozenset(several))
    for candidate in dict.fromkeys((plain, text)):
        led = led_by_letter(candidate) or closed_by_letter(candidate)
        if led and LETTERS.index(led[0]) < choice.count:
            return _with_text(*led, choice, policy)
    said = _by_value(plain, choice, policy) or _by_truth(plain, choice)
    return Pick(frozenset(said)) if said else _prose(plain, choice, policy)


def _prose(text: str, choice: Choice, policy: Policy) -> Pick:
    kept = without_reasons(text)
    return (_of_the_rest(text, kept, choice, policy) if kept != text else None) or _sentence(text, choice, policy)


def _of_the_rest(text: str, kept: str, choice: Choice, policy: Policy) -> Pick | None:
    """The pick of a sentence without its reasons, unless the reasons take it back."""
    if not kept or offers_choice(text) or "which" in text:
        return None
    pick = picked(kept, choice, policy)
    named = mentions(text, choice.count)
    contested = named.chosen - pick.letters or pick.letters & named.rejected
    return pick if len(pick.letters) == 1 and not contested else None


def _by_truth(text: str, choice: Choice) -> str:
    """The option "Yes" for "Yes, it is.", where one option says yes, another says no, and the answer starts so."""
    if choice.truths.count(True) != 1 or choice.truths.count(False) != 1 or not _FIRST_WORD.match(text):
        return ""
    truth = read_truth(text)
    return "" if truth is None else LETTERS[choice.truths.index(truth)]


def _by_text(text: str, choice: Choice, policy: Policy) -> str:
    """The letter of the one option that says the same: by words first, then as a number."""
    return _by_words(text, choice, policy) or _by_value(text, choice, policy)


def _by_words(text: str, choice: Choice, policy: Policy) -> str:
    words = words_of(text, policy.plurals == "same")
    if len(words) > 2 and words[0] in ("it", "they", "this", "that") and words not in choice.words:
        words = words[1:]
    if choice.texts.count(text) == 1:
        return LETTERS[choice.texts.index(text)]
    found = [LETTERS[i] for i, option in enumerate(choice.texts) if option.casefold() == text.casefold()] or [
        LETTERS[i]
        for i, option in enumerate(choice.words)
        if option == words or ("".join(option) == "".join(words) and "".join(words).isalpha())
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


def _by_members(text: str, choice: Choice) -> list[str]:
    """Options that list the same things in another order: "blue and red" for "red and blue"."""
    said = _members(text)
    if len(said) < 2:
        return []
    return [LETTERS[i] for i, option in enumerate(choice.texts) if _members(option) == said]


@lru_cache(maxsize=4096)
def _members(text: str) -> frozenset[tuple[str, ...]]:
    if len(text) > 100 or any(c in text for c in "([{<>=") or offers_choice(text):
        return frozenset()
    pieces = [piece for piece in _MEMBERS.split(text) if piece.strip()]
    return frozenset(words_of(piece) for piece in pieces) if len(pieces) < 8 else frozenset()


def _by_value(text: str, choice: Choice, policy: Policy) -> str:
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
        if _mathsy(option) and grade_claim(claim, read_gold(option, policy), policy).decision == "right"
    ]
    return found[0] if len(found) == 1 else ""


def _mathsy(option: str) -> bool:
    return any(c.isdigit() or c in "\\√π∞∅=^" for c in option) or read_tidy(option) is not None or len(option) == 1


def _several_texts(text: str, choice: Choice, policy: Policy) -> frozenset[str] | None:
    """ "square and circle", "A) square, C) circle": each piece must be an option."""
    if not choice.texts or len(text) > 400 or offers_choice(text):
        return None
    pieces = [piece for piece in re.split(r",(?: and)? | and | & |; ?|、|和|\n", text) if piece.strip()]
    if len(pieces) < 2:
        return None
    found = [_piece(piece.strip(), choice, policy) for piece in pieces]
    return frozenset(found) if all(found) else None


def _piece(piece: str, choice: Choice, policy: Policy) -> str:
    led = led_by_letter(piece)
    if led and LETTERS.index(led[0]) < choice.count:
        by_text = _by_text(led[1], choice, policy) if led[1] else led[0]
        return led[0] if by_text in (led[0], "") and (not led[1] or by_text) else ""
    return _by_text(piece, choice, policy)


def _with_text(letter: str, rest: str, choice: Choice, policy: Policy) -> Pick:
    """A letter with words behind it: they may be its text or an explanation, not another option."""
    rest = rest.strip()
    if not rest or (choice.texts and _by_words(rest, choice, policy) == letter):
        return Pick(frozenset(letter))
    fault = _other_letter(letter, rest, choice) or (_other_text(letter, rest, choice, policy) if choice.texts else "")
    return Pick(frozenset(), fault) if fault else Pick(frozenset(letter))


def _other_letter(letter: str, rest: str, choice: Choice) -> str:
    """What is wrong when the words behind a letter name another one, or take it back."""
    named = mentions(rest, choice.count)
    others = (named.chosen | named.loose) - {letter}
    if others and not _ELSEWHERE.search(rest):
        return f"letter {letter} beside {', '.join(sorted(others))}"
    offers = offers_choice(rest) and (len(rest.split()) <= 6 or _mentioned(rest, choice) - {letter})
    return f"takes {letter} back" if letter in named.rejected or offers else ""


def _other_text(letter: str, rest: str, choice: Choice, policy: Policy) -> str:
    """What is wrong when the words behind a letter are not its own text and explain nothing."""
    by_text = _by_text(bare(rest), choice, policy)
    if by_text and by_text != letter:
        return f"letter {letter} with the text of {by_text}"
    if by_text or _same_value(rest, letter, choice, policy):
        return ""
    named = _mentioned(rest, choice)
    if not named and mentions(rest, choice.count).rejected:
        return ""
    if named - {letter} and letter not in named:
        return f"letter {letter} with the text of {', '.join(sorted(named))}"
    words, own = set(words_of(rest)), set(choice.words[LETTERS.index(letter)])
    explains = letter in named or _EXPLAINS.match(rest) or len(words_of(rest)) > 6
    return "" if explains or words <= own or own <= words else f"letter {letter} with a text that is not its own"


# Letters that belong to geometry, not to the options: "triangle ABC" is no mention, "point D" is.
_ELSEWHERE = re.compile(r"\b(?:point|side|angle|line|segment|vertex|vitamin|grade|type|figure) [A-Z]\b")


def _same_value(rest: str, letter: str, choice: Choice, policy: Policy) -> bool:
    from wethink_plugins.rewards.rules.blank import grade_blank

    own = choice.texts[LETTERS.index(letter)]
    return _mathsy(own) and grade_blank(rest, own, policy).decision == "right"


def _mentioned(text: str, choice: Choice) -> set[str]:
    """The options whose words stand in the text, without those that stand only inside a longer option's words."""
    words = words_of(text)
    spans: list[tuple[int, int, str]] = []
    for index, option in enumerate(choice.words):
        size = len(option)
        spans += [
            (at, at + size, LETTERS[index]) for at in range(len(words) - size + 1) if words[at : at + size] == option
        ]
    return {
        letter
        for start, end, letter in spans
        if not any(a <= start and end <= b and (a, b) != (start, end) for a, b, _ in spans)
    }


def _sentence(text: str, choice: Choice, policy: Policy) -> Pick:
    """A sentence commits to the one letter it takes, or to the one option whose text it claims."""
    for claim in claims(text)[:4] if choice.texts else []:
        if claim.text == text:
            continue
        several = _several_texts(claim.text, choice, policy)
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
        if letter in found.rejected or offers_choice(text.split("because")[0]):
            return Pick(frozenset(), f"takes {letter} back")
        if (named or _mentioned(text, choice)) - {letter} and letter not in _mentioned(text, choice):
            return Pick(frozenset(), f"letter {letter} with another option's text")
        return Pick(found.chosen)
    if found.rejected and not named:
        return _last_standing(found.loose, found.rejected)
    if len(named) == 1 and not (found.loose - named):
        return Pick(frozenset(named))
    if len(found.loose) == 1 and _starts_with_letter(text, next(iter(found.loose))):
        return _with_text(next(iter(found.loose)), text[1:], choice, policy)
    several = _mentioned(text, choice)
    return Pick(frozenset(), f"names {', '.join(sorted(several))}") if len(several) > 1 else Pick(frozenset())


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
        by_text = _by_text(claim.text, choice, policy) if claim.text != text else ""
        if by_text:
            rivals = _mentioned(claim.subject, choice) - {by_text}
            return {by_text} if not rivals and not _lists_a_number(claim.subject) else set()
    named = _mentioned(text, choice)
    if len(named) != 1 or denied(text):
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
