"""verl can't build any model in an environment that also holds a recent TRL.

Upstream: verl/models/transformers/monkey_patch.py:352-361 imports AutoModelForCausalLMWithValueHead wherever TRL is
installed; TRL 1.16 has it neither in trl nor in trl.experimental.ppo.
Reason: our controls run in TRL, from the same environment. Not about the CPU; without TRL nothing is changed. verl
itself wants that class for critics with a value head only, which GRPO has not.
Can go: when verl looks for the class rather than for the package.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable

from verl.utils import import_utils

_CLASS = "AutoModelForCausalLMWithValueHead"
_HOMES = ("trl.experimental.ppo", "trl")


def apply() -> None:
    """Make verl's `is_trl_available` mean "TRL, with the class verl wants from it"; it's imported by name, later."""
    import_utils.is_trl_available = _with_value_head(import_utils.is_trl_available)


def _with_value_head(installed: Callable[[], bool]) -> Callable[[], bool]:
    def is_trl_available() -> bool:
        return installed() and any(_has_class(home) for home in _HOMES)

    return is_trl_available


def _has_class(home: str) -> bool:
    try:
        return hasattr(importlib.import_module(home), _CLASS)
    except ImportError:
        return False
