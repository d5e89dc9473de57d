"""What a rule says about an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Decision = Literal["right", "wrong", "undecided"]


@dataclass(frozen=True)
class Verdict:
    """`reason` is one short phrase a person can read in a log; `grader` names the rule that decided."""

    decision: Decision
    reason: str
    grader: str
