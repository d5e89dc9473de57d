"""What a judge is, to everything that calls one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from wethink_plugins.sample import Sample


@dataclass(frozen=True)
class Judgement:
    """`tier` is one of TIERS; `reply` the judge's own text, for the journal.

    `call` says how the verdict was had: endpoint, model, mode, cached, attempts, tokens. `asked` in it is the number
    of questions put to a model, 0 for a verdict that needed none.
    """

    tier: str
    reason: str
    reply: str = ""
    call: Mapping[str, Any] = field(default_factory=dict)


class Judge(Protocol):
    """Raises `Unscored` when no verdict could be had, `Ungradable` when the response makes one impossible.

    A judge may have `keeps_deadline = True`: it ends each call by `judge.deadline_s` itself, counted from when a server
    is free for it, so that waiting for a place costs a sample nothing. It may have `sees_images = True` to be handed
    pictures, `aclose()`, and `start()`, which is called where its first question may come when the program ends already.
    """

    name: str

    async def judge(self, sample: Sample, answer: str) -> Judgement:
        """How good `answer` (the text inside the answer block) is against `sample.answer`, the reference."""
        ...
