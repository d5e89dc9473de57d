"""Rules for answers that can be checked: each says right, wrong or undecided, and why.

Model text is only ever compared as text: never evaluated.
"""

from __future__ import annotations

from collections.abc import Sequence

from wethink_plugins.rewards.rules.number import grade_number
from wethink_plugins.rewards.rules.option import grade_option
from wethink_plugins.rewards.rules.policy import Policy
from wethink_plugins.rewards.rules.text import grade_exact, grade_text
from wethink_plugins.rewards.rules.verdict import Verdict

__all__ = ["Policy", "Verdict", "grade"]


def grade(
    answer: str,
    gold: str,
    question_type: str = "fill_in_blank",
    options: Sequence[str] = (),
    policy: Policy | None = None,
) -> Verdict:
    """The verdict on one answer (the text inside the answer block, not the whole response). Never raises for text."""
    if question_type == "multiple_choice":
        return grade_option(answer, gold, options)
    return grade_exact(answer, gold) or grade_number(answer, gold, policy or Policy()) or grade_text(answer, gold)
