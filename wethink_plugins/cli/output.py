"""How the verbs speak: results on stdout, complaints on stderr, each on one line."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

import typer


def say(text: str) -> None:
    typer.echo(_printable(text))


def say_json(value: Any) -> None:
    typer.echo(_printable(json.dumps(value, ensure_ascii=False, indent=2)))


def complain(text: object) -> None:
    """One line, whatever is in it."""
    typer.echo(_printable(" ".join(str(text).split())), err=True)


def say_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table; the first column is text, the others are right-aligned. Not cut to 80 columns where nobody looks.

    The title is a line of its own: a table's would be broken at the table's width.
    """
    from rich.console import Console
    from rich.table import Table

    table = Table(*columns[:1])
    for column in columns[1:]:
        table.add_column(column, justify="right")
    for row in rows:
        table.add_row(*map(_plain, row))
    console = Console(width=None if sys.stdout.isatty() else 200)
    console.print(_printable(title), style="table.title", markup=False, highlight=False, soft_wrap=True)
    console.print(table)


def shown(number: float | None) -> str:
    """Three decimals; a dash where there is no number."""
    return "-" if number is None else f"{number:.3f}"


def _plain(value: object) -> str:
    from rich.markup import escape

    return escape(_printable(str(value)))


def _printable(text: str) -> str:
    """With half surrogate pairs, which rows may hold, escaped: as \\udXXX, which JSON reads back as it was."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
