"""Texts that stand where another should: what a template, a script or a person left behind.

Conservative, since "None", "Unknown" and "undefined" are right answers, and a cell of a table may say "N/A". What
could be an answer counts as a placeholder only where the row's own reasoning never speaks of it.
"""

from __future__ import annotations

import re

from wethink_plugins.rows import Row

# Of templates: nobody means these, wherever they stand alone.
_SLOT = re.compile(
    r"\{\{? ?(?:answers?|questions?|problem|solution|reasoning|refined_cot|cot|options?|caption|description|context|"
    r"image(?:_path)?|category|text|response|think(?:ing)?) ?\}?\}|"
    r"[\[<{](?:please )?(?:insert|your|enter|fill in|provide|placeholder|replace with)\b[^\]>}\n]{0,80}[\]>}]|"
    r"[\[<]?(?:your |the |insert |final )?(?:answer|question|problem|reasoning|text|solution) (?:goes )?here[\]>.]?|"
    r"[\[<{]?(?:question type|question required abilities|think process|image path|reward method)[\]>}]?|"
    r"[\[<](?-i:QUESTION|ANSWER|PROBLEM|OPTIONS?|REASONING|SOLUTION|TEXT)[\]>]|"
    r"(?:(?-i:TODO|FIXME)|placeholder|lorem ipsum.*)[:.]?|"
    r"(?:\.\.\.+|\u2026+|_{3,}|-{3,})",
    re.IGNORECASE | re.DOTALL,
)
# Inside a longer text only what says itself that something belongs there.
_SLOT_INSIDE = re.compile(
    r"\[(?:insert|your) (?:\w+ ){0,3}(?:answer|question|problem|reasoning|text|options?|caption|description|image)"
    r"(?: here)?\]|\{\{ ?(?:answer|question|problem|options|caption|description|reasoning) ?\}\}",
    re.IGNORECASE,
)
# What scripts write for nothing, and a person for nothing yet. As a whole question or reasoning: never meant.
_NOTHING = frozenset(str.split("n/a na nan null none nil undefined unknown tbd tba todo question answer problem empty"))
# As an answer: only where the reasoning says nothing of the kind.
_NO_ANSWER = frozenset(str.split("n/a nan null tbd tba"))


def placeholder_in(row: Row) -> tuple[str, str]:
    """The field and what stands there, both empty for a row that says what it has to."""
    for field, text in (("problem", row.problem), ("refined_cot", row.refined_cot), ("response", row.response)):
        if text and (found := _in_text(text)):
            return field, found
    return ("answer", row.answer) if _is_no_answer(row) else ("", "")


def _in_text(text: str) -> str:
    if len(text) <= 120 and (_SLOT.fullmatch(text.strip()) or _bare(text) in _NOTHING):
        return text
    found = _SLOT_INSIDE.search(text) if "[" in text or "{{" in text else None
    return found[0] if found else ""


def _is_no_answer(row: Row) -> bool:
    text = row.answer
    if len(text) > 120:
        return False
    if row.question_type == "multiple_choice" and text.casefold() in map(str.casefold, row.options):
        return False
    if _bare(text) in _NO_ANSWER:
        return bool(row.refined_cot) and not _speaks_of(row, _bare(text))
    meant = text == "ANSWER" or bool(_SLOT.fullmatch(text))
    return meant and not _speaks_of(row, text.casefold())


def _bare(text: str) -> str:
    return text.strip(" \t\n.[](){}<>'\"`*").casefold()


def _speaks_of(row: Row, word: str) -> bool:
    """An answer that is a placeholder by chance is explained: "the cell says N/A"."""
    return word in f"{row.problem}\n{row.refined_cot or ''}".casefold()
