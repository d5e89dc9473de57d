"""The entry: which rule grades what, the cache, and math-verify as the last resort."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from wethink_plugins.rewards.response import read_response
from wethink_plugins.rewards.rules.blank import MAX_ANSWER, grade_blank
from wethink_plugins.rewards.rules.option import grade_option
from wethink_plugins.rewards.rules.policy import DEFAULT, Policy
from wethink_plugins.rewards.rules.verdict import Verdict, wrong

# GRPO groups share the gold and repeat answers; one entry is about 1 KB.
_CACHE = 1 << 15


def grade(
    answer: str,
    gold: str,
    question_type: str = "fill_in_blank",
    options: Sequence[str] = (),
    policy: Policy | None = None,
) -> Verdict:
    """The verdict on one answer: the text inside the answer block, not the whole response.

    Never raises for any text, but for `Ungradable`: a grader had to be killed at its limit, or ran out of memory.
    Verdicts are cached on all arguments. Safe in threads, Ray actors and forked children.
    """
    policy = policy or DEFAULT
    if len(answer) > MAX_ANSWER or len(gold) > MAX_ANSWER:
        return _by_rules.__wrapped__(answer, gold, question_type, tuple(options or ()), policy)
    return _by_rules(answer, gold, question_type, tuple(options or ()), policy)


@lru_cache(maxsize=_CACHE)
def _by_rules(answer: str, gold: str, question_type: str, options: tuple[str, ...], policy: Policy) -> Verdict:
    if question_type == "multiple_choice":
        verdict = grade_option(answer, gold, options, policy)
        if verdict is not None:
            return verdict
    return grade_blank(answer, gold, policy)


def grade_response(
    response: str,
    gold: str,
    question_type: str = "fill_in_blank",
    options: Sequence[str] = (),
    policy: Policy | None = None,
    style: str = "wethink",
) -> Verdict:
    """`grade` for a whole response: wrong when it holds no closed, unambiguous answer after the thinking."""
    read = read_response(response, style)
    if read.answer is None:
        return wrong(read.fault, "response")
    return grade(read.answer, gold, question_type, options, policy)


def warm_up() -> None:
    pass
