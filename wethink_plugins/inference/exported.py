"""Rows that were exported for a trainer, as the rows that they were made from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wethink_plugins.envelope import unpack


def as_row(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """A row that is none of EasyR1's, verl's or TRL's comes back as it is.

    A system turn of the export is left out: the prompt that is asked with now takes its place.
    """
    prompt = record.get("prompt")
    if "problem" in record or "question" in record or prompt is None:
        return record
    question = prompt if isinstance(prompt, str) else _user_text(prompt)
    extra = record.get("extra_info") or {}
    packed = unpack(record.get("answer")) or {}
    meta = packed.get("meta") or {}
    gold = record.get("reward_model", {}).get("ground_truth") if "reward_model" in record else record.get("answer")
    first = {
        "id": record.get("id") or record.get("row_id") or extra.get("id"),
        "problem": question,
        "answer": packed.get("answer", gold),
        "question_type": packed.get("type") or extra.get("question_type") or record.get("question_type"),
        "reward_method": packed.get("method") or extra.get("reward_method") or record.get("reward_method"),
        "options": packed.get("options") or extra.get("options") or record.get("options"),
        "abilities": meta.get("abilities") or extra.get("abilities"),
        "source": meta.get("source") or extra.get("source"),
        "split": meta.get("split") or extra.get("split") or record.get("split"),
    }
    return {**first, "images": record.get("images") or record.get("image")}


def _user_text(turns: Any) -> str | None:
    """Of the last user turn; None where there is none, or it is no text."""
    if not isinstance(turns, list | tuple):
        return None
    texts = [turn.get("content") for turn in turns if isinstance(turn, Mapping) and turn.get("role") == "user"]
    return texts[-1] if texts and isinstance(texts[-1], str) else None
