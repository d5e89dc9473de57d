"""A stand-in for a judge model: compares words and understands nothing. For trials and demos, by name only.

What that is worth, by `wethink judge calibrate --offline` on the 379 labelled answers that ship with the package:
same tier 0.343, Cohen's kappa 0.126, quadratically weighted kappa 0.093 (a coin that knows the shares of the tiers has
0), paid as correct though it isn't 0.043, wrong and still paid 0.371. It takes a paraphrase or another language for
wrong and exchanged roles for right. Never judge a training that matters with it.
"""

from __future__ import annotations

import re

from wethink_plugins.rewards.judge.judge import Judgement
from wethink_plugins.rewards.rules.normal import plain
from wethink_plugins.sample import Sample

_WORD = re.compile(r"[^\W_]{1,40}")
_EMPTY_WORDS = frozenset(
    "a an the is are was were there i it its this that in on at of to and with some can see".split()
)
_NUMBERS = {word: str(i) for i, word in enumerate("zero one two three four five six seven eight nine ten".split())}
# Chosen. F1 of content words, so that neither a shotgun of words nor a single lucky one is paid.
_MOSTLY, _PARTLY = 0.75, 0.4


class OfflineJudge:
    """Grades by agreement of content words between answer and reference (order-free, number words as digits)."""

    name = "offline"

    async def judge(self, sample: Sample, answer: str) -> Judgement:
        agreement = word_agreement(answer, sample.answer)
        tier = _tier(agreement)
        return Judgement(tier, f"words agree {agreement:.2f} (offline stand-in, no model)", f"VERDICT: {tier}")


def word_agreement(answer: str, reference: str) -> float:
    """F1 of the content words, in [0, 1]; 1.0 only when the same words stand in both, equally often."""
    got, want = _content_words(answer), _content_words(reference)
    if not got or not want:
        return float(got == want)
    common = sum(min(got.count(word), want.count(word)) for word in set(got))
    return 2 * common / (len(got) + len(want))


def _content_words(text: str) -> list[str]:
    words = [_singular(word) for word in _WORD.findall(plain(text).casefold())]
    return [_NUMBERS.get(word, word) for word in words if word not in _EMPTY_WORDS]


def _singular(word: str) -> str:
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _tier(agreement: float) -> str:
    if agreement >= 1.0:
        return "correct"
    return "mostly" if agreement >= _MOSTLY else "partly" if agreement >= _PARTLY else "wrong"
