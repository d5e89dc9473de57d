"""What reasonable people would judge differently, as named options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Policy:
    """The same names as in the YAML's `rules` section; `docs/answer-policy.md` shows an example of each."""

    rounding: Literal["strict", "displayed"] = "strict"
    units: Literal["optional", "required"] = "optional"
    plurals: Literal["same", "different"] = "same"
    dates: Literal["month_first", "day_first"] = "month_first"
    arithmetic: Literal["finished", "any"] = "finished"
    symbolic: Literal["full", "own"] = "full"
    timeout_s: float = 1.5


DEFAULT = Policy()
