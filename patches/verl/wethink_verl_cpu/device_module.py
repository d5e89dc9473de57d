"""`torch.cpu` with the calls that verl makes on `torch.cuda` (get_torch_device(), verl/utils/device.py).

`is_available()` is False: verl's memory helpers then skip themselves.
"""

from __future__ import annotations

import types
from typing import Any

import psutil
import torch


class _CpuDeviceModule(types.ModuleType):
    """Everything not defined here comes from torch.cpu."""

    def __getattr__(self, name: str) -> Any:
        return getattr(torch.cpu, name)

    def is_available(self) -> bool:
        return False

    def current_device(self) -> torch.device:
        return torch.device("cpu")

    def device_count(self) -> int:
        return 1

    def get_device_name(self, *_device: object) -> str:
        return "CPU"

    def manual_seed(self, seed: int) -> None:
        torch.manual_seed(seed)

    manual_seed_all = manual_seed

    def get_rng_state(self, *_device: object) -> torch.Tensor:
        return torch.get_rng_state()

    def set_rng_state(self, state: torch.Tensor, *_device: object) -> None:
        torch.set_rng_state(state)

    def memory_allocated(self, *_device: object) -> int:
        """Resident bytes of this process: the nearest thing to an allocator's count."""
        return psutil.Process().memory_info().rss

    max_memory_allocated = memory_reserved = max_memory_reserved = memory_allocated

    def mem_get_info(self, *_device: object) -> tuple[int, int]:
        memory = psutil.virtual_memory()
        return memory.available, memory.total

    def _nothing(self, *_args: object, **_options: object) -> None:
        pass

    set_device = synchronize = empty_cache = ipc_collect = _nothing
    reset_peak_memory_stats = reset_accumulated_memory_stats = _nothing


CPU_DEVICE_MODULE = _CpuDeviceModule("wethink_verl_cpu.torch_cpu")
