"""The pages and their blocks of code, each with the line that it stands on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
_PAGES = (
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "docs/**/*.md",
    "recipes/*/README.md",
    "data_tools/**/README.md",
    "benchmarks/README.md",
    "patches/**/README.md",
)
# Blocks without a language are commands if they begin like one.
_PROGRAMS = ("wethink ", "pip ", "make ", "python ", "python3 ", ".venvs/")


@dataclass(frozen=True)
class Block:
    """`line`: of the first line of `text`, from 1. `language` is empty where the page gives none. `section`: how many
    headings stand before it."""

    page: str
    line: int
    language: str
    text: str
    section: int = 0

    @property
    def place(self) -> str:
        return f"{self.page}:{self.line}"

    @property
    def is_shell(self) -> bool:
        return self.language in ("bash", "sh", "shell") or (not self.language and self.text.startswith(_PROGRAMS))


def pages() -> list[str]:
    """Paths from the checkout on. What makes the site (docs/making) is no page."""
    found = {file.relative_to(CHECKOUT).as_posix() for pattern in _PAGES for file in CHECKOUT.glob(pattern)}
    return sorted(page for page in found if not page.startswith("docs/making/"))


@cache
def blocks(page: str) -> tuple[Block, ...]:
    return tuple(read_blocks(page, (CHECKOUT / page).read_text(encoding="utf-8")))


def read_blocks(page: str, text: str) -> Iterator[Block]:
    section = 0
    for token in _parsed(text):
        section += token.type == "heading_open"
        if token.type in ("fence", "code_block") and token.map:
            fenced = token.type == "fence"
            # Of what stands behind the language (title="..."), nothing matters here.
            language = token.info.split()[0] if token.info.strip() else ""
            yield Block(page, token.map[0] + 1 + fenced, language, token.content, section)


def spans(page: str) -> Iterator[tuple[int, str]]:
    """(line of its paragraph, text) of each piece of code inside a sentence or a table."""
    for token in _parsed((CHECKOUT / page).read_text(encoding="utf-8")):
        for child in token.children or ():
            if child.type == "code_inline":
                yield (token.map or [0])[0] + 1, re.sub(r"\s+", " ", child.content)


def _parsed(text: str):
    import pytest

    reader = pytest.importorskip("markdown_it", reason="needs markdown-it-py, which newer versions of rich bring")
    return reader.MarkdownIt("commonmark").enable("table").parse(text)
