"""What a check has to say: fine, odd, or broken, in one line each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warning", "error"]


@dataclass(frozen=True)
class Finding:
    """`check` names what was looked at. `detail` is more than one line, for what a person wants to see (a prompt)."""

    level: Level
    check: str
    text: str
    fix: str = ""
    detail: str = ""

    @property
    def is_fault(self) -> bool:
        return self.level != "ok"

    def line(self) -> str:
        text = " ".join(f"{self.check}: {self.text}".split())
        return f"{text}; {' '.join(self.fix.split())}" if self.fix else text


def ok(check: str, text: str, detail: str = "") -> Finding:
    return Finding("ok", check, text, "", detail)


def warning(check: str, text: str, fix: str) -> Finding:
    return Finding("warning", check, text, fix)


def error(check: str, text: str, fix: str) -> Finding:
    return Finding("error", check, text, fix)


def rows_at_fault(rows: Iterable[object], shown: int = 3) -> str:
    """`row 3`, `rows 3, 4`, `rows 3, 4, 9 and 12 more`."""
    names = [str(row) for row in rows]
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return f"row{'s' if len(names) > 1 else ''} {', '.join(names[:shown])}{more}"


def one_line(error: BaseException | str, longest: int = 300) -> str:
    """The error's words without line breaks; its kind where it has none."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
