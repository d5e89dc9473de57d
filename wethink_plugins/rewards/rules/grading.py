"""The entry: which rule grades what, the cache, and math-verify as the last resort."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from wethink_plugins.errors import Ungradable, WeThinkError
from wethink_plugins.rewards.response import read_response
from wethink_plugins.rewards.rules.blank import MAX_ANSWER, grade_blank
from wethink_plugins.rewards.rules.claim import bare
from wethink_plugins.rewards.rules.gold import looks_like_maths, read_gold
from wethink_plugins.rewards.rules.latex import tidy
from wethink_plugins.rewards.rules.option import grade_option
from wethink_plugins.rewards.rules.policy import DEFAULT, Policy
from wethink_plugins.rewards.rules.verdict import Verdict, right, undecided, wrong
from wethink_plugins.vocabulary import QUESTION_TYPES, read_question_type

# GRPO groups share the gold and repeat answers; one entry is about 1 KB.
_CACHE = 1 << 15
# Graders whose "undecided" means that a formula was beyond them; the rest know what they don't know.
_BEYOND = frozenset(("text", "formula", "parts", "number"))
# math-verify drops what joins two formulas: "x < 1 and x > 4" would be "x < 1 or x > 4"; and the base of 101_2.
_CONNECTIVE = re.compile(
    r"\b(?:and|or|nor|not|but|if|for|when|where|with|without|only|except|unless)\b|[∧∨¬或且和非]|\d ?_"
    r"|\^ ?\{ ?-1 ?\} ?\("
)


def grade(
    answer: str,
    gold: str,
    question_type: str | None = None,
    options: Sequence[str] = (),
    policy: Policy | None = None,
) -> Verdict:
    """The verdict on one answer: the text inside the answer block, not the whole response (`grade_response`).

    `options` are the texts in order, as `["17", "42"]` or as `["A) 17", "B) 42"]`; the gold is then a letter or a text.
    `question_type`, in any spelling that a row may have, is `multiple_choice`, or `fill_in_blank` or `descriptive` for a
    short answer, which leaves the options unread; None or any other word means by the options: a choice where there are
    any, else a short answer. `policy` None is the default one; `policy.timeout_s` bounds the time, in seconds.

    Never raises for any text, but for `Ungradable`: a grader had to be killed at its limit, or ran out of memory.
    WeThinkError for options that are no list of texts.
    Verdicts are cached on all arguments. Safe in threads, Ray actors and forked children.
    """
    policy = policy or DEFAULT
    options = _texts(options)
    question_type = _kind(question_type, options)
    if len(answer) > MAX_ANSWER or len(gold) > MAX_ANSWER:
        return _by_rules.__wrapped__(answer, gold, question_type, options, policy)
    verdict = _by_rules(answer, gold, question_type, options, policy)
    if verdict.decision != "undecided" or verdict.grader not in _BEYOND or policy.symbolic == "own":
        return verdict
    return _symbolic(answer, gold, policy) or verdict


def _texts(options: Sequence[str] | None) -> tuple[str, ...]:
    """One text would be read as an option a character, a mapping as its letters."""
    listed = () if options is None else options
    if isinstance(listed, (str, bytes, Mapping)) or not all(isinstance(text, str) for text in listed):
        fix = "pass the option texts in order, as a list"
        raise WeThinkError(f"not a list of texts, found {options!r:.80}", fix=fix, field="options")
    return tuple(listed)


def _kind(question_type: str | None, options: tuple[str, ...]) -> str:
    if question_type in QUESTION_TYPES:
        return question_type
    known = None if question_type is None else read_question_type(question_type)
    return known or ("multiple_choice" if options else "fill_in_blank")


@lru_cache(maxsize=_CACHE)
def _by_rules(answer: str, gold: str, question_type: str, options: tuple[str, ...], policy: Policy) -> Verdict:
    if question_type == "multiple_choice":
        verdict = grade_option(answer, gold, options, policy)
        if verdict is not None:
            return verdict
        if options:
            return _outside_options(grade_blank(answer, gold, policy))
    return grade_blank(answer, gold, policy)


def _outside_options(verdict: Verdict) -> Verdict:
    """Of a gold that no option is: compared as text, and the row's fault is told with it."""
    return replace(verdict, reason=f"{verdict.reason}; the gold is none of the options, or fits several")


@lru_cache(maxsize=_CACHE)
def _other_capitals(one: str, two: str) -> bool:
    """GMm and Gmm, which math-verify takes for the same."""
    letters = [[letter for letter in text if letter.isalpha()] for text in (one, two)]
    folded = [sorted(letter.casefold() for letter in side) for side in letters]
    return folded[0] == folded[1] and sorted(letters[0]) != sorted(letters[1])


def _formulas(answer: str, gold: str, policy: Policy) -> tuple[str, str] | None:
    """Both sides as formulas for math-verify, or None where one of them is plain text or a plain number."""
    want = read_gold(gold, policy)
    got = bare(tidy(answer))
    if _CONNECTIVE.search(want.text) or _CONNECTIVE.search(got) or _other_capitals(got, want.text):
        return None
    plain = want.number is not None and want.formula is None
    if plain or want.truth is not None or not looks_like_maths(want.text) or not looks_like_maths(got):
        return None
    return (want.text, got) if "\\" in want.text + got or any(c in want.text for c in "^_=<>≤≥{") else None


def _symbolic(answer: str, gold: str, policy: Policy) -> Verdict | None:
    """None where math-verify is no help; its verdicts are kept, its failures are not."""
    sides = _formulas(answer, gold, policy)
    if sides is None:
        return None
    known = _SETTLED.get(sides)
    if known is None:
        from wethink_plugins.rewards.rules import engine

        equal = engine.boxed_equal(*sides, min(policy.timeout_s, 1.0))
        if equal is None:
            return None
        if len(_SETTLED) >= _CACHE:
            _SETTLED.clear()
        known = _SETTLED[sides] = (
            right("equal, says math-verify", "math-verify")
            if equal
            else undecided("not equal for math-verify", "math-verify")
        )
    return known


_SETTLED: dict[tuple[str, str], Verdict] = {}


def grade_response(
    response: str,
    gold: str,
    question_type: str | None = None,
    options: Sequence[str] = (),
    policy: Policy | None = None,
    style: str = "wethink",
) -> Verdict:
    """`grade` for a whole response: wrong when it holds no closed, unambiguous answer after the thinking.

    `style` is `wethink`, `boxed` or `think_open`. Raises Ungradable, as `grade` does.
    """
    read = read_response(response, style)
    if read.answer is None:
        return wrong(read.fault, "response")
    return grade(read.answer, gold, question_type, options, policy)


def grade_batch(
    items: Sequence[tuple[str, str, str, Sequence[str]]], policy: Policy | None = None, processes: int = 1
) -> list[Verdict]:
    """`grade` for (answer, gold, question type, options) each, in order; an `Ungradable` becomes an undecided verdict.

    With `processes` above 1 the items are dealt out to that many fresh processes; below a few thousand items starting
    them costs more than it saves.
    """
    if processes <= 1 or len(items) < 2 * processes:
        return [_settled(item, policy) for item in items]
    from concurrent.futures import ProcessPoolExecutor
    from functools import partial
    from multiprocessing import get_context

    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        return list(pool.map(partial(_settled, policy=policy), items, chunksize=max(1, len(items) // (4 * processes))))


def _settled(item: tuple[str, str, str, Sequence[str]], policy: Policy | None) -> Verdict:
    try:
        return grade(*item, policy)
    except Ungradable as error:
        return undecided(f"ungradable: {error}", "rules")


def start() -> None:
    """Starts math-verify's worker beside the caller, where math-verify is installed; returns at once."""
    from wethink_plugins.rewards.rules import engine

    engine.start()


def warm_up() -> None:
    """Starts math-verify's worker and waits for it, where math-verify is installed; without this the first call may
    find it still starting and stay undecided."""
    from wethink_plugins.rewards.rules import engine

    engine.warm_up()
