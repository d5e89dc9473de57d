"""What gets scored: one response to one question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Sample:
    """One rollout with everything that is needed to score it.

    `id` names the dataset row, `group` the GRPO group (all rollouts of one prompt; None when the host gives none).
    `question_type` None means *infer it from options and answer*; `reward_method` "auto" means rules for what can be
    checked, the judge for descriptive answers. `options` are the option texts in order, without letters; left empty,
    they are read from option lines in the question. `images` are handed to judges that see, in whatever form the host
    has them. `meta` is free (source, abilities, split, step) and goes to the journal.
    """

    id: str
    group: str | None
    question: str
    response: str
    answer: str
    question_type: str | None = None
    options: Sequence[str] = ()
    reward_method: str = "auto"
    images: Sequence[Any] = ()
    meta: Mapping[str, Any] = field(default_factory=dict)
