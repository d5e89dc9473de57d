"""Looks around from inside a worker on every node of a running Ray cluster, and here, for comparison."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def look(variables: list[str], files: list[str]) -> dict[str, Any]:
    """Digests only: no value of a variable leaves its node. Needs nothing installed, since workers may lack it."""
    import hashlib
    import os
    import platform
    from importlib.metadata import PackageNotFoundError, version

    def digest(data: bytes) -> str:
        return hashlib.sha256(data).hexdigest()[:12]

    def package() -> str | None:
        try:
            import wethink_plugins
        except ImportError:
            return None
        return str(wethink_plugins.__version__)

    def of_file(name: str) -> str | None:
        try:
            with open(name, "rb") as data:
                return digest(data.read())
        except OSError:
            return None

    try:
        ray_version = version("ray")
    except PackageNotFoundError:
        ray_version = ""
    return {
        "node": platform.node(),
        "ray": ray_version,
        "package": package(),
        "variables": {name: digest(os.environ[name].encode()) if os.environ.get(name) else None for name in variables},
        "files": {name: of_file(name) for name in files},
    }


def main() -> None:
    """Answers {"here": ..., "nodes": {address: ...}}; an error in place of what a node didn't answer."""
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    given = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    ray.init(address=given["address"], log_to_driver=False, logging_level="ERROR")
    remote = ray.remote(num_cpus=0, max_retries=0)(look)
    asked = {}
    for node in ray.nodes():
        if node["Alive"]:
            strategy = NodeAffinitySchedulingStrategy(node_id=node["NodeID"], soft=False)
            name = f"{node['NodeManagerAddress']}:{node['NodeManagerPort']}"
            asked[name] = remote.options(scheduling_strategy=strategy).remote(given["variables"], given["files"])
    nodes: dict[str, Any] = {}
    for name, reference in asked.items():
        try:
            nodes[name] = ray.get(reference, timeout=60)
        except Exception as problem:  # noqa: BLE001  a node that doesn't answer is an answer
            nodes[name] = {"error": " ".join(str(problem).split())[:300]}
    answer = {"here": look(given["variables"], given["files"]), "nodes": nodes}
    Path(sys.argv[2]).write_text(json.dumps(answer), encoding="utf-8")


if __name__ == "__main__":
    main()
