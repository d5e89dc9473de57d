"""The trainer's end of the rollout: pushes new weights to the server (verl/workers/rollout/base.py:33)."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

import ray
import torch
from torch.distributed.device_mesh import DeviceMesh
from verl.workers.config import HFModelConfig, RolloutConfig
from verl.workers.rollout.base import BaseRollout
from verl.workers.rollout.utils import ensure_async_iterator

from wethink_verl_cpu.rollout.server import actor_name

_FULL_TENSORS = "named_tensors"


class WeightSender(BaseRollout):
    """Lives in the trainer's worker process; its server is the actor of the same rank."""

    def __init__(
        self, config: RolloutConfig, model_config: HFModelConfig, device_mesh: DeviceMesh, replica_rank: int = -1
    ) -> None:
        super().__init__(config, model_config, device_mesh)
        self.replica_rank = int(os.environ["RANK"]) if replica_rank == -1 else replica_rank
        self.is_leader_rank = True

    def _server(self) -> Any:
        return ray.get_actor(actor_name(self.replica_rank))

    async def resume(self, tags: list[str]) -> None:
        """Nothing was released."""

    async def release(self) -> None:
        """The server and the trainer have memory for both."""

    @torch.no_grad()
    async def update_weights(
        self,
        weights: Iterable[tuple[str, torch.Tensor]],
        global_steps: int | None = None,
        wire_format: str = _FULL_TENSORS,
        **_ignored: object,
    ) -> None:
        if wire_format != _FULL_TENSORS:
            raise ValueError(f"rollout hf_cpu takes {_FULL_TENSORS}, not {wire_format}")
        copied = {name: tensor.detach().clone() async for name, tensor in ensure_async_iterator(weights)}
        await self._server().load_weights.remote({"weights": copied}, global_steps)
