"""The id of a run: processes with the same one share the rate limit and the ceiling."""

from __future__ import annotations

import os
import sys
import uuid
from typing import Any

ENVIRONMENT_VARIABLE = "WETHINK_RUN_ID"


def run_id() -> str:
    """WETHINK_RUN_ID; else Ray's job; else the launcher of torchrun's workers; else a new one, handed on to children.

    The last sets WETHINK_RUN_ID in this process, so that what it starts later counts with it.
    """
    named = os.environ.get(ENVIRONMENT_VARIABLE)
    if named:
        return named
    ray = initialised_ray()
    if ray is not None:
        return f"ray-{ray.get_runtime_context().get_job_id()}"
    if "TORCHELASTIC_RESTART_COUNT" in os.environ:
        return f"torchrun-{os.environ.get('MASTER_PORT', '')}-{os.getppid()}"
    return os.environ.setdefault(ENVIRONMENT_VARIABLE, uuid.uuid4().hex)


def initialised_ray() -> Any:
    """The ray module where this process is part of a Ray cluster, else None. Never imports it."""
    ray = sys.modules.get("ray")
    try:
        return ray if ray is not None and ray.is_initialized() else None
    except AttributeError:  # half imported, or another module of that name
        return None
