"""Lets PyPI's torchvision and torchaudio be imported under a CPU build of torch.

install.py puts this file beside the packages it serves, with a .pth that imports it when Python starts, so that every
process has it (Ray workers, torchrun children). Nothing installed is edited; torch isn't imported here, only once one
of the two is.

The wheels on PyPI are linked to CUDA. Without it their C++ libraries don't load:
- torchvision/_meta_registrations.py then fails with "operator torchvision::nms does not exist", because it gives
  metadata to two operators that nobody declared. Declaring them is enough: transforms are pure torch. What needs the
  library itself stays broken (torchvision.io.decode_image, ops.nms): open images with PIL.
- torchaudio/_extension/__init__.py raises OSError. An empty stand-in for that module is enough to import the rest.
  LLaMA-Factory imports torchaudio whatever the data (llamafactory/data/mm_plugin.py:30): in its processes a stub
  answers where torchaudio isn't installed at all.

Can go: when the environment takes its wheels from download.pytorch.org/whl/cpu.
"""

from __future__ import annotations

import importlib.util
import sys
import types
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec

_TORCHVISION, _TORCHAUDIO = "torchvision.extension", "torchaudio._extension"
_SCHEMA = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
_declared: list[object] = []
"""Torch forgets operators whose library object is collected."""


class _Hook(MetaPathFinder):
    """Steps in at the first module of each package that would touch its C++ library."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname == _TORCHVISION and _torch_is_cpu_only() and not _loads("torchvision", path):
            _declare_operators()
        if fullname == _TORCHAUDIO and _torch_is_cpu_only() and not _loads("torchaudio", path):
            return importlib.util.spec_from_loader(fullname, _StandIn())
        return None


def _torch_is_cpu_only() -> bool:
    import torch

    return torch.version.cuda is None and getattr(torch.version, "hip", None) is None


def _loads(package: str, path: Sequence[str] | None) -> bool:
    """Whether a library of the package can be loaded here; a package built for the CPU is left alone."""
    import ctypes
    from pathlib import Path

    pattern = {"torchvision": "_C*.so", "torchaudio": "lib/_torchaudio*.so"}[package]
    for folder in path or ():
        for library in Path(folder).glob(pattern):
            try:
                ctypes.CDLL(str(library))
            except OSError:
                continue
            return True
    return False


def _declare_operators() -> None:
    import torch

    library = torch.library.Library("torchvision", "FRAGMENT")
    for name in ("nms", "qnms"):
        if not hasattr(torch.ops.torchvision, name):
            library.define(name + _SCHEMA)
    _declared.append(library)


class _StandIn(Loader):
    """torchaudio._extension as it is where the library wasn't built."""

    def create_module(self, spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: types.ModuleType) -> None:
        module._IS_TORCHAUDIO_EXT_AVAILABLE = False
        module._IS_ALIGN_AVAILABLE = False
        module._check_cuda_version = lambda *_args, **_options: None
        module.fail_if_no_align = lambda function: function


class _AbsentTorchaudio(MetaPathFinder):
    """Asked last, so only for what nobody found: a torchaudio that is installed, now or later, comes first."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname == "torchaudio" and "llamafactory" in sys.modules and _torch_is_cpu_only():
            return importlib.util.spec_from_loader(fullname, _Stub())
        return None


class _Stub(Loader):
    """A torchaudio that can be imported and nothing else."""

    def create_module(self, spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: types.ModuleType) -> None:
        module.__version__ = "0+stub"
        module.__getattr__ = _refuse


def _refuse(name: str) -> object:
    if name.startswith("__"):
        raise AttributeError(name)
    raise ImportError(f"torchaudio.{name}: torchaudio isn't installed here; patches/cpu_wheels put a stub in its place")


sys.meta_path.insert(0, _Hook())
sys.meta_path.append(_AbsentTorchaudio())
