"""What a rule says about an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Decision = Literal["right", "wrong", "undecided"]


@dataclass(frozen=True)
class Verdict:
    """`decision` is right, wrong or undecided: no rule could tell, which counts as wrong unless `rules.escalate` is set.

    `reason` is one short phrase a person can read in a log; `grader` names the rule that decided.
    """

    decision: Decision
    reason: str
    grader: str


def right(reason: str, grader: str) -> Verdict:
    return Verdict("right", reason, grader)


def wrong(reason: str, grader: str) -> Verdict:
    return Verdict("wrong", reason, grader)


def undecided(reason: str, grader: str) -> Verdict:
    return Verdict("undecided", reason, grader)


def shown(text: str) -> str:
    """Model text as it may stand in a reason: quoted, escaped, short."""
    return repr(text[:40]) if len(text) <= 40 else repr(text[:37] + "...")
