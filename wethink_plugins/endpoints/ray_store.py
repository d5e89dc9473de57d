"""The call store of a Ray job: one named actor owns the file and the limits for the workers of all nodes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from wethink_plugins.endpoints.limits import Limits, Reservation, ReservationRequest, Usage
from wethink_plugins.endpoints.records import AttemptRecord, CacheWrite, StoredReply
from wethink_plugins.endpoints.store import CallStore

_NAMESPACE = "wethink"
_TIMEOUT_S = 10.0


class RayStore:
    """A proxy for a `CallStore` in an actor. The file is on the node where the first worker created the actor."""

    def __init__(self, ray: Any, path: Path | None) -> None:
        self._ray, self._path = ray, path
        self._actor: Any = None

    def place_here(self) -> None:
        """Makes the actor, if there is none, on this process's node: the file is to lie here, whoever asks first."""
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        node = self._ray.get_runtime_context().get_node_id()
        self._actor = self._find(scheduling_strategy=NodeAffinitySchedulingStrategy(node, soft=False))

    def get(self, keys: Sequence[str]) -> dict[str, StoredReply]:
        found: dict[str, StoredReply] = self._remote("get", keys)
        return found

    def record(
        self, run: str, pid: int, attempts: Sequence[AttemptRecord], writes: Sequence[CacheWrite], limits: Limits
    ) -> Usage:
        usage: Usage = self._remote("record", run, pid, attempts, writes, limits)
        return usage

    def reserve(self, run: str, requests: Sequence[ReservationRequest], limits: Limits) -> list[Reservation]:
        reserved: list[Reservation] = self._remote("reserve", run, requests, limits)
        return reserved

    def close(self) -> None:
        """Drops the handle only: others use the actor. The next call looks the actor up again."""
        self._actor = None

    def _remote(self, method: str, *arguments: Any) -> Any:
        if self._actor is None:
            self._actor = self._find()
        return self._ray.get(getattr(self._actor, method).remote(*arguments), timeout=_TIMEOUT_S)

    def _find(self, **options: Any) -> Any:
        name = f"call-store-{os.path.expanduser(self._path) if self._path else 'memory'}"
        actor_class = self._ray.remote(num_cpus=0)(CallStore)
        named = actor_class.options(name=name, namespace=_NAMESPACE, get_if_exists=True, **options)
        return named.remote(self._path)
