"""Names that other datasets give to our fields: asked about where ours is missing, never taken without asking."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# Compared without case. A `solution` may be the reasoning and a `target` a box: nobody but the user knows.
_SYNONYMS = {
    "problem": ("problem", "question", "prompt", "query", "instruction"),
    "answer": ("answer", "solution", "gt", "label", "ground_truth", "gold", "target"),
    "response": ("response", "completion", "output", "prediction", "generated_text", "solution_str"),
    "image_path": ("image_path", "image", "images", "picture", "pictures", "img", "image_file"),
}


def other_name(record: Mapping[str, Any], field: str) -> str | None:
    """The record's own key that could be the field under another name and holds something; None where none does."""
    names = {str(key).strip().casefold(): str(key) for key, value in record.items() if _holds(value)}
    return next((names[name] for name in _SYNONYMS.get(field, ()) if name in names), None)


def _holds(value: Any) -> bool:
    if isinstance(value, str):
        return bool(value.strip())
    return value is not None and value is not False and value not in ([], (), {})
