"""The Ray cluster that a run uses."""

from __future__ import annotations

import logging
from types import ModuleType

from wethink_plugins.errors import WeThinkError, extra


def require_ray() -> ModuleType:
    """WeThinkError where it isn't installed."""
    try:
        import ray
    except ImportError:
        raise WeThinkError("needs ray", fix=extra("ray"), field="--engine") from None
    module: ModuleType = ray
    return module


def connected() -> ModuleType:
    """ray, connected to RAY_ADDRESS or the cluster of this machine, else to a new one. WeThinkError where none is to be had."""
    ray = require_ray()
    if not ray.is_initialized():
        try:
            ray.init(include_dashboard=False, logging_level=logging.WARNING)
        except Exception as error:  # noqa: BLE001  Ray itself raises no narrower one
            problem = f"no cluster: {str(error).strip().splitlines()[0]}"
            raise WeThinkError(problem, fix="check RAY_ADDRESS and `ray status`", field="--engine") from None
    return ray
