"""What reasonable people would judge differently, as named options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Policy:
    """`rounding` and `units` as in the YAML's `rules` section."""

    rounding: Literal["strict", "displayed"] = "strict"
    units: Literal["optional", "required"] = "optional"
