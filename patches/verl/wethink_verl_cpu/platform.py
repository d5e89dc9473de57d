"""The 'cpu' platform: verl's own hook for new hardware (verl/plugin/platform/platform_base.py:46).

Not a patch. It can go when verl ships a CPU platform. What it says beyond the obvious:

- the Ray resource is called GPU, because verl counts only "GPU" and "NPU" when it checks that a pool fits
  (verl/single_controller/ray/base.py:226-231). Ray must be given a logical one: `ray_init.num_gpus: 1`.
- VERL_ENGINE_DEVICE=cuda, because the FSDP engine is registered for cuda and npu only
  (verl/workers/engine/fsdp/transformer_impl.py:1143) and that variable is the way to choose it
  (verl/workers/engine/base.py:405). The engine itself asks the platform for its device.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from verl.plugin.platform.platform_base import PlatformBase
from verl.plugin.platform.platform_manager import PlatformRegistry

from wethink_verl_cpu.device_module import CPU_DEVICE_MODULE


def register() -> None:
    """Make VERL_PLATFORM=cpu known to verl in this process, and in those that inherit its environment."""
    os.environ.setdefault("VERL_ENGINE_DEVICE", "cuda")
    PlatformRegistry.register(platform="cpu")(CpuPlatform)


class CpuPlatform(PlatformBase):
    """One device, called cpu, whose collectives are gloo."""

    device_name = "cpu"
    vendor_name = "cpu"
    device_module = CPU_DEVICE_MODULE

    def is_available(self) -> bool:
        return True

    def is_platform_available(self, use_smi_check: bool = False) -> bool:
        """Never found by looking: only VERL_PLATFORM=cpu chooses it."""
        return False

    def current_device(self) -> torch.device:
        """A device, not the index that the base class promises: `tensor.to(0)` would mean an accelerator."""
        return torch.device("cpu")

    def device_count(self) -> int:
        return 1

    def set_device(self, device_index: int) -> None:
        pass

    def synchronize(self, device_index: int | None = None) -> None:
        pass

    def manual_seed(self, seed: int) -> None:
        torch.manual_seed(seed)

    def manual_seed_all(self, seed: int) -> None:
        torch.manual_seed(seed)

    def set_allocator_settings(self, settings: str) -> None:
        pass

    def empty_cache(self) -> None:
        pass

    def get_device_capability(self, device_index: int = 0) -> tuple[int | None, int | None]:
        return None, None

    def communication_backend_name(self) -> str:
        return "gloo"

    def visible_devices_envvar(self) -> str:
        return "CUDA_VISIBLE_DEVICES"

    @contextmanager
    def nvtx_range(self, msg: str) -> Iterator[None]:
        yield

    def profiler_start(self) -> None:
        pass

    def profiler_stop(self) -> None:
        pass

    def ray_resource_name(self) -> str:
        return "GPU"

    def ray_resource_options(self, num_gpus: float) -> dict[str, Any]:
        return {"num_gpus": num_gpus}

    def ray_noset_envvars(self) -> list[str]:
        return ["RAY_EXPERIMENTAL_NOSET_CUDA_VISIBLE_DEVICES"]

    def is_ipc_supported(self) -> bool:
        return False

    def cudart(self) -> None:
        return None
