"""A process group on the CPU is asked for as "cpu:gloo,cpu:gloo".

Upstream: verl/utils/distributed.py:63 and :89 build f"cpu:gloo,{device}:{backend}".
Reason: torch refuses a device named twice.
Can go: when verl leaves the second half out on a CPU, or has a platform of its own for it.
"""

from __future__ import annotations

import functools
from typing import Any

import torch.distributed as dist

_MARK = "_wethink_single_backend"


def single(backend: Any) -> Any:
    """The backend string with repeated parts left out; anything else unchanged."""
    if isinstance(backend, str) and "," in backend:
        return ",".join(dict.fromkeys(backend.split(",")))
    return backend


def apply() -> None:
    """Wrap torch.distributed.init_process_group, which verl looks up at each call."""
    original = dist.init_process_group
    if getattr(original, _MARK, False):
        return

    @functools.wraps(original)
    def init_process_group(backend: Any = None, *args: Any, **options: Any) -> None:
        original(single(backend), *args, **options)

    setattr(init_process_group, _MARK, True)
    dist.init_process_group = init_process_group
