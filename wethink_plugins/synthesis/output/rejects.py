"""Items that became no rows, each with where and why, and what was asked."""

from __future__ import annotations

from typing import Any

from wethink_plugins.synthesis.output.provenance import costs_of
from wethink_plugins.synthesis.problem import problem_text
from wethink_plugins.synthesis.records import ItemRecord


def reject_of(record: ItemRecord) -> dict[str, Any]:
    """`question`, `answer` are as far as the item came: empty where it was rejected before."""
    draft = record.draft
    question = draft.question
    return {
        "id": record.item,
        "stage": record.stage,
        "reason": record.reason,
        "detail": record.detail,
        "image_path": draft.image.path,
        "source": draft.image.source,
        "question": problem_text(question) if question else "",
        "question_type": question.question_type if question else "",
        "answer": draft.answer or (question.draft if question else ""),
        **costs_of(draft.calls),
    }


def lost_of(record: ItemRecord, fault: str) -> dict[str, Any]:
    """Of an accepted item whose picture can't be had any more; once it is back, the row is."""
    return reject_of(record.model_copy(update={"stage": "output", "reason": "unreadable_image", "detail": fault}))
