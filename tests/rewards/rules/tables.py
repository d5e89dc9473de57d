"""Reads the hand-written cases: `gold | answer | 1, 0`, a `?` behind where people may differ, `@` for the options."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Case:
    kind: str
    family: str
    gold: str
    answer: str
    options: tuple[str, ...]
    right: bool
    contested: bool


def read_table(name: str, kind: str) -> list[Case]:
    cases, options, family = [], (), name
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("# ") or not line.strip():
            continue
        if line.startswith("##"):
            family = line[2:].strip()
        elif line.startswith("@"):
            options = tuple(part.strip() for part in line[1:].split(";") if part.strip())
        else:
            gold, rest = line.split(" | ", 1)
            answer, expected = rest.rsplit(" | ", 1)
            cases.append(Case(kind, family, gold.strip(), answer, options, expected[0] == "1", expected.endswith("?")))
    return cases


def all_cases() -> list[Case]:
    return (
        read_table("table_math.txt", "math")
        + read_table("table_text.txt", "fill_in_blank")
        + read_table("table_choice.txt", "multiple_choice")
    )
