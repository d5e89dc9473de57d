"""Starts the server: verl's side of the launch (verl/workers/rollout/replica.py:60)."""

from __future__ import annotations

import ray
from verl.utils.config import omega_conf_to_dataclass
from verl.workers.config import HFModelConfig
from verl.workers.rollout.replica import RolloutReplica

from wethink_verl_cpu.rollout.server import HfCpuServer, actor_name


class HfCpuReplica(RolloutReplica):
    """One server, one model copy. More replicas than cores make no sense."""

    async def launch_servers(self) -> None:
        model_config = self.model_config
        if not isinstance(model_config, HFModelConfig):
            model_config = omega_conf_to_dataclass(model_config, dataclass_type=HFModelConfig)
        options = {"name": actor_name(self.replica_rank), "num_cpus": 1, "max_concurrency": self.max_concurrency}
        server = ray.remote(HfCpuServer).options(**options).remote(self.config, model_config)
        await server.wake_up.remote()
        self.servers = [server]
        self._server_handle = server
        self._server_address = f"hf-cpu-{self.replica_rank}"
