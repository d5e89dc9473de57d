"""What reasonable people would judge differently, as named options."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from wethink_plugins.config import Rules


@dataclass(frozen=True)
class Policy:
    """The same names as in the YAML's `rules` section; `docs/answer-policy.md` shows an example of each.

    `timeout_s` is in seconds, for one rule that runs in a process of its own (1.5: chosen).
    """

    rounding: Literal["strict", "displayed"] = "strict"
    units: Literal["optional", "required"] = "optional"
    nouns: Literal["any", "gold"] = "any"
    plurals: Literal["same", "different"] = "same"
    dates: Literal["month_first", "day_first"] = "month_first"
    arithmetic: Literal["finished", "any"] = "finished"
    symbolic: Literal["full", "own"] = "full"
    timeout_s: float = 1.5


DEFAULT = Policy()


@lru_cache(maxsize=64)
def policy_of(rules: Rules) -> Policy:
    """The policy that a configuration's `rules` section asks for."""
    return Policy(**{field.name: getattr(rules, field.name) for field in fields(Policy)})
