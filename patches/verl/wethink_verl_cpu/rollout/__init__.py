"""`rollout.name: hf_cpu`: answers sampled by the transformers model itself, many prompts at a time.

Not a patch: verl's two rollout registries take it (verl/workers/rollout/replica.py:318 for the server,
verl/workers/rollout/base.py:89 for the trainer's end). verl's own servers are vLLM, SGLang and TensorRT-LLM, which
want an accelerator or a build of their own; transformers is there anyway. Can go when verl has such a server.

Options, under `actor_rollout_ref.rollout.engine_kwargs.hf_cpu`: see `options.HfCpuOptions`.
"""

from __future__ import annotations

from types import ModuleType

from wethink_verl_cpu.after_import import after_import

NAME = "hf_cpu"


def register() -> None:
    """Enter both registries as soon as verl loads them."""
    after_import("verl.workers.rollout.base", _register_adapter)
    after_import("verl.workers.rollout.replica", _register_replica)


def _register_adapter(base: ModuleType) -> None:
    base._ROLLOUT_REGISTRY[(NAME, "async")] = "wethink_verl_cpu.rollout.adapter.WeightSender"


def _register_replica(replica: ModuleType) -> None:
    replica.RolloutReplicaRegistry.register(NAME, _load_replica)


def _load_replica() -> type:
    from wethink_verl_cpu.rollout.replica import HfCpuReplica

    return HfCpuReplica
