"""The reference model is offloaded to pinned memory.

Upstream: verl/workers/engine/fsdp/transformer_impl.py:462, CPUOffloadPolicy(pin_memory=True).
Reason: pinning memory needs an accelerator. Met only with a reference model (use_kl_loss, use_kl_in_reward).
Can go: when verl pins only where the platform can.
"""

from __future__ import annotations

from types import ModuleType

from wethink_verl_cpu.after_import import after_import

_ENGINE = "verl.workers.engine.fsdp.transformer_impl"


def apply() -> None:
    """Give the engine module, and nothing else, a policy that never pins."""
    after_import(_ENGINE, _replace_policy)


def _replace_policy(engine: ModuleType) -> None:
    policy = engine.CPUOffloadPolicy

    class UnpinnedOffloadPolicy(policy):
        def __init__(self, pin_memory: bool = True) -> None:
            super().__init__(pin_memory=False)

    engine.CPUOffloadPolicy = UnpinnedOffloadPolicy
