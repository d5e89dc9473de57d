"""Repairs that are safe to make without asking; each is counted by its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from wethink_plugins.datasets.findings import Found
from wethink_plugins.rows import Row


def repaired(record: Mapping[str, Any]) -> tuple[dict[str, Any], list[Found]]:
    """The record with its repairs made, and what stood there before. Anything that isn't text is left as it is."""
    result, made = dict(record), []
    images = _image_count(record.get("image_path"))
    for name, field, repair in _REPAIRS:
        text = result.get(field)
        if isinstance(text, str) and (better := repair(text, images)) != text:
            result[field] = better
            made.append(Found(name, field, text))
    return result, made


def found_options(row: Row, record: Mapping[str, Any]) -> list[Found]:
    """The repair of a choice that shows its options in the problem only: `Row.read` has found them there."""
    if row.question_type != "multiple_choice" or not row.options or record.get("options"):
        return []
    return [Found("options_in_problem", "options", row.problem)]


def without_image_tag(problem: str, images: int) -> str:
    """Without the placeholders before (or one behind) the question, if they are as many as the row has images.

    Exporters write the placeholders themselves; one anywhere else is a literal, which validation rejects.
    """
    count, text = problem.count("<image>"), problem.strip()
    if count == 0 or count != images:
        return problem
    rest = text
    for _ in range(count):
        rest = rest.removeprefix("<image>").lstrip()
    if count == 1 and text.endswith("<image>"):
        rest = text.removesuffix("<image>").rstrip()
    return problem if "<image>" in rest else rest


def without_wrappers(reasoning: str, _: int = 0) -> str:
    """A chain of thought without the think tags around it and the answer block behind it."""
    text = reasoning.strip()
    if text.endswith("</answer>") and "<answer>" in text:
        text = text[: text.rfind("<answer>")].rstrip()
    if text.startswith("<think>") and text.endswith("</think>"):
        text = text.removeprefix("<think>").removesuffix("</think>").strip()
    return reasoning if text == reasoning.strip() else text


def without_answer_tags(answer: str, _: int = 0) -> str:
    """A gold answer without the answer tags around it."""
    text = answer.strip()
    if text.startswith("<answer>") and text.endswith("</answer>"):
        return text.removeprefix("<answer>").removesuffix("</answer>").strip()
    return answer


def _image_count(image_path: object) -> int:
    return len(image_path) if isinstance(image_path, list | tuple) else int(bool(image_path))


# (how it is counted, field, (text, number of images) -> better text)
_REPAIRS: tuple[tuple[str, str, Callable[[str, int], str]], ...] = (
    ("image_tag_in_problem", "problem", without_image_tag),
    ("wrapped_reasoning", "refined_cot", without_wrappers),
    ("wrapped_answer", "answer", without_answer_tags),
)
