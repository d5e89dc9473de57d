"""Rows that are left out, each with the reason and what to do."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from wethink_plugins.datasets.write import write_text
from wethink_plugins.errors import WeThinkError


@dataclass(frozen=True)
class Reject:
    """`line` counts from 1 (rows of a parquet or JSON file), `kind` is a name of `defects.DEFECTS`.

    `row` is empty where the line is no row at all.
    """

    row: str
    line: int
    kind: str
    field: str
    reason: str
    fix: str

    @property
    def unknown(self) -> bool:
        """Whether the table of values explains it, once for the whole file."""
        return self.kind == "unknown_value"

    def text(self, file: object) -> str:
        """One line for a person: file, line, row, field, reason, what to do."""
        return str(WeThinkError(self.reason, fix=self.fix, file=f"{file}:{self.line}", row=self.row, field=self.field))


@dataclass(frozen=True)
class Unknown:
    """One unknown spelling in the whole file: how many rows have it, and what it probably means.

    `yaml` is the line that would make it known where it is the only one; `Validation.aliases` is for all of them.
    """

    kind: str
    field: str
    value: str
    rows: int
    first_row: str
    likely: str
    yaml: str

    def text(self, file: object, alone: bool = True) -> str:
        """One line for a person; the YAML is in it only where the spelling is `alone`."""
        name = f"{self.kind.replace('_', ' ')} {self.value!r}"
        what = f"unknown {name}" if self.value else f"no {self.kind.replace('_', ' ')}"
        more = f" ({self.rows} rows)" if self.rows > 1 else ""
        return str(
            WeThinkError(
                f"{what}{more}", fix=self.fix if alone else self.guess, file=file, row=self.first_row, field=self.field
            )
        )

    @property
    def guess(self) -> str:
        return f"it looks like {self.likely}" if self.value else self.fix

    @property
    def fix(self) -> str:
        if self.value:
            return f"if it means that, put this into the YAML: {self.yaml}"
        return "fill it in, or let --infer-types derive it from options and answer"


def rejects_path(out: Path) -> Path:
    """`train.parquet` -> `train.rejects.jsonl`, in the same folder."""
    return out.with_suffix(".rejects.jsonl")


def write_rejects(file: Path, rejects: Sequence[Reject]) -> Path:
    """One JSON line a reject, in the order of the source file; returns `file`. Written whole or not at all."""
    return write_text(file, "".join(json.dumps(asdict(reject)) + "\n" for reject in rejects))
