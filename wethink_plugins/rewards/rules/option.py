"""Multiple choice: an answer is right when it commits to exactly the gold option, by letter or by text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from wethink_plugins.rewards.rules.bullets import unlisted
from wethink_plugins.rewards.rules.choice import Choice, Pick, read_options
from wethink_plugins.rewards.rules.claim import (
    bare,
    offers_choice,
    premise_and_conclusion,
    without_about,
    without_reasons,
)
from wethink_plugins.rewards.rules.latex import tidy
from wethink_plugins.rewards.rules.letters import (
    LETTERS,
    closed_by_letter,
    led_by_letter,
    letter_list,
    lone_letter,
    mentions,
)
from wethink_plugins.rewards.rules.option_letter import EXPLAINS, with_text
from wethink_plugins.rewards.rules.option_pair import pairs_folded, pick_pair
from wethink_plugins.rewards.rules.option_sentence import sentence
from wethink_plugins.rewards.rules.option_text import (
    all_of,
    by_text,
    by_value,
    by_words,
    said_in_words,
    several_sets,
    several_texts,
)
from wethink_plugins.rewards.rules.policy import Policy
from wethink_plugins.rewards.rules.truth import read_truth
from wethink_plugins.rewards.rules.verdict import Verdict, right, shown, undecided, wrong

_LONGEST = 2000

# A bullet before words and letters of options, where none is negative; "- 5" and "- x" are negative.
_DASH = re.compile(r"^[+-] +(?=\W{0,3}(?:[A-Za-z][).:,]|[A-Z]\b|[^\W\d_]{2}))")
_SPACING = re.compile(r"[\s$]")
# Said with joy, as long as no option is a picture.
_CHEER = re.compile(r"[✅👍😊🎉🙂✨🌟🎯]\ufe0f?")
_NAMED_SO = re.compile(r"^(?:point|line|side|angle|plant|figure|type|statement|∠) ?(?=.$)| only$", re.IGNORECASE)
_FIRST_WORD = re.compile(r"[A-Za-z]{2,5} ?[-,;:.!]")


def grade_option(answer: str, gold: str, options: Sequence[str], policy: Policy) -> Verdict | None:
    """None when the gold names no option: then it is text like any other."""
    choice = read_options(tuple(options))
    want = _wanted(gold, tuple(options), policy)
    if not want:
        return None
    said = unlisted(answer)
    got = _verbatim(said, options) or picked(tidy(said) if len(said) <= _LONGEST else said, choice, policy)
    got = got if "/" in said else Pick(all_of(got.letters, choice), got.fault)
    if not got.letters and not got.fault and not choice.texts:
        return _as_gold_text(answer, gold, policy)
    if not got.letters:
        return wrong(got.fault, "option") if got.fault else undecided(f"no option in {shown(answer.strip())}", "option")
    letters = "".join(sorted(got.letters))
    if not choice.texts and got.letters == want and _texts_differ(answer, gold, policy):
        return wrong(f"letter {letters} with another text", "option")
    return (
        right(f"option {letters}", "option")
        if got.letters == want
        else wrong(f"option {letters}, not {''.join(sorted(want))}", "option")
    )


@lru_cache(maxsize=8192)
def _wanted(gold: str, options: tuple[str, ...], policy: Policy) -> frozenset[str]:
    """The letters of the gold, empty where it names no option. Brackets and quotes are of the option written just so."""
    written, choice = _verbatim(gold, options), read_options(options)
    return written.letters if written else all_of(gold_letters(gold, choice, policy), choice)


def _verbatim(answer: str, options: Sequence[str]) -> Pick | None:
    """The option that is written just so, before `tidy` makes one of \\vec{v} and v. A letter of an option is that letter."""
    said = _SPACING.sub("", answer)
    letter = lone_letter(said)
    if letter and LETTERS.index(letter) < len(options):
        return None
    found = [LETTERS[at] for at, option in enumerate(options[: len(LETTERS)]) if _SPACING.sub("", option) == said]
    return Pick(frozenset(found)) if len(found) == 1 else None


def _as_gold_text(answer: str, gold: str, policy: Policy) -> Verdict:
    """Without a list of options the gold "(C) 12" may be met by its text alone."""
    from wethink_plugins.rewards.rules.blank import grade_blank

    led = led_by_letter(bare(tidy(gold)))
    if led and led[1] and grade_blank(answer, led[1], policy).decision == "right":
        return right("the text of the gold", "option")
    return undecided(f"no option in {shown(answer.strip())}", "option")


def is_option(gold: str, options: Sequence[str], policy: Policy) -> bool:
    """Whether a gold commits to one or more of the options (without any: to a letter), so that it can be graded."""
    verdict = grade_option(gold, gold, options, policy)
    return verdict is not None and verdict.decision == "right"


def _texts_differ(answer: str, gold: str, policy: Policy) -> bool:
    """Without a list of options: the gold "(C) 12" is not met by "(C) 42"."""
    from wethink_plugins.rewards.rules.blank import grade_blank

    got, want = led_by_letter(bare(tidy(answer))), led_by_letter(bare(tidy(gold)))
    if not got or not want or not got[1] or not want[1] or EXPLAINS.match(got[1]):
        return False
    return grade_blank(got[1], want[1], policy).decision != "right"


def gold_letters(gold: str, choice: Choice, policy: Policy) -> frozenset[str]:
    """The letters of the gold, given as letter, list of letters, letter and text, or text."""
    whole = bare(tidy(gold[:2000]))
    text = whole.strip("[]' ").replace("'", "").replace('"', "")  # of a list: "['A', 'C']"
    letter = lone_letter(text)
    if letter and LETTERS.index(letter) < choice.count:
        return frozenset(letter)
    exact = by_text(whole, choice, policy) or by_text(text, choice, policy)
    if exact:
        return frozenset(exact)
    several = letter_list(text, choice.count)
    if several:
        return several
    led = led_by_letter(text)
    if led and LETTERS.index(led[0]) < choice.count:
        return frozenset(led[0])
    return several_texts(text, choice, policy) or frozenset()


def picked(text: str, choice: Choice, policy: Policy) -> Pick:
    """What the answer commits to, by the first of: the bare letter, a list, letter with text, text, a sentence."""
    if len(text) > _LONGEST:
        return Pick(frozenset(), "far too long for a choice")
    if not any(option.startswith("-") for option in choice.texts):
        text = _DASH.sub("", text)
    text = _CHEER.sub("", text).strip() or text
    paired = pick_pair(bare(text), choice)
    if paired:
        return paired
    text = pairs_folded(text, choice)
    plain = bare(text)
    letter = lone_letter(plain) or lone_letter(text)
    if letter and LETTERS.index(letter) < choice.count:
        return Pick(frozenset(letter))
    if letter:
        told = by_words(plain, choice, policy) or _by_initial(letter, choice)
        return Pick(frozenset(told)) if told else Pick(frozenset(), f"there is no option {letter}")
    marked = led_by_letter(plain) or closed_by_letter(plain)
    told = said_in_words(plain, choice, policy) if marked is None or plain in choice.texts else ""
    several = told or letter_list(plain, choice.count) or several_texts(plain, choice, policy)
    hedge = "" if told or several or marked else several_sets(plain, choice, policy)
    if hedge:
        one = _as_one(plain, frozenset(hedge), choice, policy)
        return Pick(one) if len(one) == 1 else Pick(frozenset(), f"names {', '.join(sorted(hedge))}")
    if several:
        return Pick(frozenset(several if told else _as_one(plain, frozenset(several), choice, policy)))
    for candidate in dict.fromkeys((plain, text)):
        led = led_by_letter(candidate) or closed_by_letter(candidate)
        if led and LETTERS.index(led[0]) < choice.count:
            return with_text(*led, choice, policy)
    said = by_value(plain, choice, policy) or _by_truth(plain, choice)
    return Pick(frozenset(said)) if said else _prose(plain, choice, policy)


def _as_one(text: str, letters: frozenset[str], choice: Choice, policy: Policy) -> frozenset[str]:
    """The option that says as one what the letters say apart: "±7" for "7, -7"."""
    told = by_value(text, choice, policy)
    return frozenset(told) if told and told not in letters else letters


def _by_initial(letter: str, choice: Choice) -> str:
    """T and F, Y and N where the options are True and False, or Yes and No; Q for "Point Q"."""
    found = [LETTERS[i] for i, truth in enumerate(choice.truths) if truth is not None and choice.texts[i][:1] == letter]
    found = found or [LETTERS[i] for i, option in enumerate(choice.texts) if _NAMED_SO.sub("", option) == letter]
    return found[0] if len(found) == 1 else ""


def _prose(text: str, choice: Choice, policy: Policy) -> Pick:
    kept = without_reasons(text)
    return (_of_the_rest(text, kept, choice, policy) if kept != text else None) or sentence(text, choice, policy)


def _of_the_rest(text: str, kept: str, choice: Choice, policy: Policy) -> Pick | None:
    """The pick of a sentence without its reasons, unless the reasons take it back."""
    if not kept or offers_choice(text) or "which" in text:
        return None
    pick = picked(kept, choice, policy)
    premise, _ = premise_and_conclusion(text)
    told = by_words(without_about(premise), choice, policy) if premise and choice.texts else ""
    if told and told not in pick.letters:
        return Pick(frozenset(), f"the text of {told} with another letter") if pick.letters else None
    named = mentions(text, choice.count)
    contested = named.chosen - pick.letters or pick.letters & named.rejected
    return pick if len(pick.letters) == 1 and not contested else None


def _by_truth(text: str, choice: Choice) -> str:
    """The option "Yes" for "Yes, it is.", where one option says yes, another says no, and the answer starts so."""
    if choice.truths.count(True) != 1 or choice.truths.count(False) != 1 or not _FIRST_WORD.match(text):
        return ""
    truth = read_truth(text)
    return "" if truth is None else LETTERS[choice.truths.index(truth)]
