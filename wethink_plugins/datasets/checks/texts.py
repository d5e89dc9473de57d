"""Texts that a host, a tokenizer or a file would choke on, and texts that say nothing."""

from __future__ import annotations

from wethink_plugins.datasets.checks.placeholders import placeholder_in
from wethink_plugins.datasets.literals import format_tag_in, literal_fault, surrogate_fault
from wethink_plugins.errors import WeThinkError
from wethink_plugins.rows import Row

_REMOVE = "change the text or remove the row"
# A question may speak of the tags; in what is taught or compared they would be tags.
_WITHOUT_TAGS = ("answer", "refined_cot")


def check_texts(row: Row) -> None:
    """Problem, answer, options and reasoning: no tags, no control tokens, nothing unwritable, no placeholders."""
    texts = {
        "problem": row.problem,
        "answer": row.answer,
        "options": " ".join(row.options),
        "refined_cot": row.refined_cot or "",
        "response": row.response or "",
    }
    for field, text in texts.items():
        defect, fault = _fault(field, text)
        if fault:
            raise WeThinkError(fault, fix=_REMOVE, field=field, defect=defect)
    field, found = placeholder_in(row)
    if found:
        raise WeThinkError(
            f"{found!r:.80} is a placeholder",
            fix="write the text that belongs there, or remove the row",
            field=field,
            defect="placeholder_text",
        )


def check_names(row: Row) -> None:
    """What becomes a path, a key or a column: nothing that no file can hold."""
    names = {"id": row.id, "image_path": " ".join(row.image_path), "source": row.source, "split": row.split or ""}
    names |= {"abilities": " ".join(row.abilities), "family": str(row.extra.get("family", ""))}
    for field, name in names.items():
        if fault := surrogate_fault(name):
            raise WeThinkError(fault, fix=_REMOVE, field=field, defect="unwritable_text")


def _fault(field: str, text: str) -> tuple[str, str]:
    defect, fault = literal_fault(text)
    if not fault and field in _WITHOUT_TAGS and (tag := format_tag_in(text)):
        return "format_tag", f"holds a literal {tag}"
    return defect, fault
