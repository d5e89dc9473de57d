"""A file of the repository that a page links to, shown as it is: a recipe, a script, the licence."""

from __future__ import annotations

import re
from pathlib import Path

_HEAD = "---\nsearch:\n  exclude: true\n---\n\n"
_LONGEST = 400_000
"""In bytes; what is longer is copied, and a browser shows it as it can."""


def page(root: Path, place: str) -> str | None:
    """Markdown, None for what is no text."""
    from pygments.lexers import get_lexer_for_filename
    from pygments.util import ClassNotFound

    text = _text(root / place)
    if text is None:
        return None
    try:
        language = get_lexer_for_filename(place).aliases[0]
    except (ClassNotFound, IndexError):
        language = "text"
    fence = "`" * (1 + max([2, *(len(run) for run in re.findall("`+", text))]))
    return f"{_HEAD}# {Path(place).name}\n\n`{place}`\n\n{fence}{language}\n{text.rstrip()}\n{fence}\n"


def uri(root: Path, place: str) -> str:
    """Where it is on the site."""
    return f"files/{place}" if _text(root / place) is None else f"files/{place}.md"


def _text(file: Path) -> str | None:
    if file.stat().st_size > _LONGEST:
        return None
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None
