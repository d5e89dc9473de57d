"""A finished item as a row of the WeThink format, and whether that row would pass validation."""

from __future__ import annotations

from functools import cache
from typing import Any

from wethink_plugins.datasets.checks.gold import Golds
from wethink_plugins.datasets.checks.options import check_options
from wethink_plugins.datasets.checks.texts import check_names, check_texts
from wethink_plugins.datasets.repair import repaired
from wethink_plugins.errors import WeThinkError
from wethink_plugins.rewards.rules.policy import Policy
from wethink_plugins.rows import Row
from wethink_plugins.synthesis.problem import problem_text
from wethink_plugins.synthesis.records import Draft
from wethink_plugins.synthesis.rejection import Rejected
from wethink_plugins.synthesis.vocabulary import Reason

STAGE = "row"
_REASONS: dict[str, Reason] = {
    "problem": "bad_question", "options": "bad_question", "answer": "bad_answer", "reward": "bad_answer",
    "refined_cot": "bad_reasoning",
}  # fmt: skip


def row_of(item: str, draft: Draft) -> dict[str, Any]:
    """In the order of the published rows; id, options and source are what our own reader takes beside them."""
    question = draft.question
    assert question is not None
    record: dict[str, Any] = {
        "id": item,
        "problem": problem_text(question),
        "answer": draft.answer,
        "category": question.question_type,
        "abilities": list(draft.abilities),
        "refined_cot": draft.cot,
        "image_path": draft.image.path,
        "reward": draft.reward_method,
    }
    if question.options:
        record["options"] = list(question.options)
    record["source"] = draft.image.source
    return repaired(record)[0]


def check_row(item: str, draft: Draft) -> None:
    """What `wethink data validate` asks of a row, but for its picture and its doubles. Rejected where it would be a reject."""
    policy, golds = _judges()
    try:
        row = Row.read(row_of(item, draft))
        for check in (check_names, check_texts, golds.check):
            check(row)
        check_options(row, policy)
    except WeThinkError as error:
        field = error.field or ""
        raise Rejected(_REASONS.get(field, "bad_question"), f"{field}: {error.problem}") from None


@cache
def _judges() -> tuple[Policy, Golds]:
    from wethink_plugins.config import WeThinkConfig
    from wethink_plugins.rewards.rules import policy_of

    policy = policy_of(WeThinkConfig().rules)
    return policy, Golds(policy)
