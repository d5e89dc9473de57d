"""What a judge is, to everything that calls one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from wethink_plugins.sample import Sample


@dataclass(frozen=True)
class Judgement:
    """`tier` is one of TIERS; `reply` the judge's own text, for the journal."""

    tier: str
    reason: str
    reply: str = ""


class Judge(Protocol):
    """Raises `Unscored` when no verdict could be had, `Ungradable` when the response makes one impossible."""

    name: str

    async def judge(self, sample: Sample, answer: str) -> Judgement: ...
