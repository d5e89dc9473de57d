"""What can be set under `actor_rollout_ref.rollout.engine_kwargs.hf_cpu`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from wethink_verl_cpu.rollout import NAME


@dataclass(frozen=True)
class HfCpuOptions:
    """Every field is optional in the config; an unknown name is an error."""

    threads: int = 1
    """Torch threads of the server. The trainer's worker sleeps while it generates, so all cores may be used."""

    max_batch: int = 256
    """Answers generated together. More is faster and takes more memory for keys and values."""

    gather_seconds: float = 0.2
    """How long no new request must have come before a batch that is not full is started."""

    @classmethod
    def read(cls, engine_kwargs: Mapping[str, Any] | None) -> HfCpuOptions:
        """The options of this rollout out of verl's `engine_kwargs`."""
        given = dict((engine_kwargs or {}).get(NAME) or {})
        known = {field.name for field in fields(cls)}
        if unknown := sorted(set(given) - known):
            raise ValueError(f"rollout.engine_kwargs.{NAME} has no {unknown}; it takes {sorted(known)}")
        return cls(**given)
