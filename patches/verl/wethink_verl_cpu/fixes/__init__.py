"""The few things verl 0.9.1 has no hook for. One module each: what, where upstream, why, and when it can go."""

from __future__ import annotations

from wethink_verl_cpu.fixes import (
    backend_string,
    pinned_offload,
    position_ids,
    text_only_batch,
    trl_value_head,
    vllm_name,
)


def apply() -> None:
    """Apply them all, or arrange for it."""
    for fix in (backend_string, pinned_offload, position_ids, text_only_batch, trl_value_head, vllm_name):
        fix.apply()
