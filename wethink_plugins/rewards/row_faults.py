"""What is wrong with the rows themselves, whatever the responses say: said in the first batch and where files are scored."""

from __future__ import annotations

from collections.abc import Sequence

from wethink_plugins.config import Rules
from wethink_plugins.options import split_options
from wethink_plugins.sample import Sample
from wethink_plugins.score import Score

Scored = Sequence[tuple[Sample, Score]]


def row_faults(scored: Scored, rules: Rules) -> list[str]:
    """A line for each kind of fault; `rules` are those that the samples were graded by."""
    return [*without_question(scored), *outside_options(scored, rules)]


def without_question(scored: Scored) -> list[str]:
    """A host that hands over no question: every verdict would be of two texts beside each other."""
    asked = [sample for sample, score in scored if score.method == "model"]
    without = sum(not sample.question.strip() for sample in asked)
    if not without:
        return []
    return [f"{without} of {len(asked)} samples that need the judge have no question: it is asked without it"]


def outside_options(scored: Scored, rules: Rules) -> list[str]:
    """Golds that no letter or text can meet for sure: an index, a letter too far, one of two options that are alike."""
    asked = [sample for sample, score in scored if score.extra.get("question_type") == "multiple_choice"]
    outside = _outside(asked, rules)
    if not outside:
        return []
    first, options = outside[0]
    fix = "write the letter or the option's text, no index"
    if not first.options:
        fix += "; these options were read from the question: pass `options` if they are others"
    return [
        f"the gold of {len(outside)} of {len(asked)} multiple_choice samples is none of the options, or fits several: row "
        f"{first.id} has {first.answer[:40]!r}, of {', '.join(options)[:80]!r}; {fix}"
    ]


def _outside(asked: Sequence[Sample], rules: Rules) -> list[tuple[Sample, tuple[str, ...]]]:
    """Each with its options. The rollouts of a group are looked at once."""
    from wethink_plugins.rewards.rules import policy_of
    from wethink_plugins.rewards.rules.option import is_option

    policy = policy_of(rules)
    fits: dict[tuple[str, tuple[str, ...]], bool] = {}
    outside = []
    for sample in asked:
        options = tuple(sample.options) or split_options(sample.question)[1]
        key = sample.answer, options
        if options and key not in fits:
            fits[key] = is_option(*key, policy)
        if options and not fits[key]:
            outside.append((sample, options))
    return outside
