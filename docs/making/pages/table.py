"""A table in Markdown, and texts of ours put into it."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

_SHORT = 24


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Cells come from `text` and `code`, or are Markdown without pipes."""
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(' '.join(cell.split()) for cell in line)} |\n" for line in lines)


def text(value: str) -> str:
    """In which <think>, * and | mean themselves, and `code` is code."""
    parts = value.split("`")
    if len(parts) % 2 == 0:
        return _escaped(value)
    return "".join(code(part) if i % 2 else _escaped(part) for i, part in enumerate(parts))


def code(value: str) -> str:
    """Inline code, whatever is in it, on one line where it is short; nothing for nothing."""
    kind = ' class="short"' if len(value) <= _SHORT else ""
    return f"<code{kind}>{_plain(value)}</code>" if value else ""


def _escaped(part: str) -> str:
    escaped = part.replace("\\", "\\\\")
    for sign in "*_[]`":
        escaped = escaped.replace(sign, f"\\{sign}")
    return _plain(escaped)


def _plain(value: str) -> str:
    """Without what ends a cell, begins a tag or gives attributes."""
    return html.escape(value, quote=False).replace("|", "&#124;").replace("{", "&#123;")
