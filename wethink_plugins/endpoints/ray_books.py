"""The books of a Ray job: one named actor holds the store and the limits for the workers of all nodes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from wethink_plugins.endpoints.books import Books
from wethink_plugins.endpoints.entries import Attempt, Grant, Keep, Limits, Spent, Stored, Want

_NAMESPACE = "wethink"
_ANSWER_S = 10.0


class RayBooks:
    """`Books` with the same methods, at one remove. The file lies on the node where the first worker made the actor."""

    def __init__(self, ray: Any, path: Path | None) -> None:
        self._ray, self._path = ray, path
        self._actor: Any = None

    def find(self, keys: Sequence[str]) -> dict[str, Stored]:
        return self._ask("find", keys)

    def record(self, run: str, pid: int, attempts: Sequence[Attempt], keeps: Sequence[Keep], limits: Limits) -> Spent:
        return self._ask("record", run, pid, attempts, keeps, limits)

    def book(self, run: str, wants: Sequence[Want], limits: Limits) -> list[Grant]:
        return self._ask("book", run, wants, limits)

    def close(self) -> None:
        """Lets go of the actor, which others may use; after an error the next question looks for it anew."""
        self._actor = None

    def _ask(self, what: str, *arguments: Any) -> Any:
        if self._actor is None:
            name = f"books-{os.path.expanduser(self._path) if self._path else 'memory'}"
            kind = self._ray.remote(num_cpus=0)(Books)
            self._actor = kind.options(name=name, namespace=_NAMESPACE, get_if_exists=True).remote(self._path)
        return self._ray.get(getattr(self._actor, what).remote(*arguments), timeout=_ANSWER_S)
