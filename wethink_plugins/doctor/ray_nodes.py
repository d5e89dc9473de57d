"""Whether Ray's workers have what the driver has.

Workers of a cluster that was started before have the environment of `ray start`, not of the shell that trains: a key is
"set", and every call to the judge fails. Without a running cluster the host starts one, and workers inherit this shell.
"""

from __future__ import annotations

import importlib.util
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from wethink_plugins.config import ENVIRONMENT_VARIABLE
from wethink_plugins.doctor.case import Case
from wethink_plugins.doctor.finding import Finding, error, ok, warning
from wethink_plugins.doctor.probe import answer_of

_JOURNAL = "WETHINK_JOURNAL"
# Chosen: a cluster answers in seconds. One that is gone, or somebody else's, may never.
_PATIENCE_S = 120


def nodes(case: Case) -> Iterator[Finding]:
    address = cluster()
    if importlib.util.find_spec("ray") is None:
        return
    if address is None:
        yield ok("ray", "no cluster is running: workers will inherit this shell's environment")
        return
    variables, files = _variables(case), _files(case)
    given = {"address": address, "variables": variables, "files": files, "config": None}
    found = answer_of("ray", given, case.folder, _PATIENCE_S)
    if isinstance(found, Finding):
        yield error(
            "ray", f"{address}: {found.text}", "is the cluster up? Try `ray status`; `ray stop` if it isn't yours"
        )
        return
    faults = [finding for name, seen in found["nodes"].items() for finding in compared(name, found["here"], seen)]
    yield from faults or [ok("ray", f"{len(found['nodes'])} nodes of {address} have what this shell has")]


def cluster() -> str | None:
    """What `ray.init()` without an address would connect to."""
    if os.environ.get("RAY_ADDRESS"):
        return os.environ["RAY_ADDRESS"]
    folder = Path(os.environ.get("RAY_TMPDIR") or os.environ.get("TMPDIR") or tempfile.gettempdir())
    file = folder / "ray" / "ray_current_cluster"
    return file.read_text().strip() or None if file.is_file() else None


def _variables(case: Case) -> list[str]:
    names = [ENVIRONMENT_VARIABLE, _JOURNAL] if case.host == "verl" or case.config_source is None else [_JOURNAL]
    if case.config is not None:
        for endpoint in case.config.judge.endpoints:
            names += [endpoint.api_key_env] if endpoint.api_key_env else []
            names += [endpoint.base_url.removeprefix("env:")] if endpoint.base_url.startswith("env:") else []
        store = case.config.judge.store or ""
        names += [store.removeprefix("env:")] if store.startswith("env:") else []
    return [name for name in dict.fromkeys(names) if os.environ.get(name)]


def _files(case: Case) -> list[str]:
    """Those that reward workers read, whichever node they are put on."""
    reward = case.recipe.text("worker.reward.reward_function").rpartition(":")[0]
    files = [case.path(reward)] if case.host == "easyr1" and reward else []
    files += [case.config_source.absolute()] if isinstance(case.config_source, Path) else []
    return [str(file) for file in files if file.is_file()]


def compared(name: str, here: Mapping[str, Any], seen: Mapping[str, Any]) -> Iterator[Finding]:
    """What a worker of the node `name` saw, against what this process sees (both as probes.ray.look answers)."""
    node = f"node {name}"
    if "error" in seen:
        yield error("ray", f"{node} doesn't answer: {seen['error']}", "look at it with `ray status`, and restart it")
        return
    if seen["package"] is None:
        yield error(
            "ray", f"{node} has no wethink-plugins", "install it there, in the environment that `ray start` ran in"
        )
    elif seen["package"] != here["package"]:
        text = f"{node} has wethink-plugins {seen['package']}, and here it is {here['package']}"
        yield error("ray", text, "install one version everywhere")
    for variable, digest in here["variables"].items():
        there = seen["variables"][variable]
        if there is None:
            text = f"{variable} is set here and not in the workers of {node}, which have the environment of `ray start`"
            yield error("ray", text, f"set {variable} there before `ray start`, and start Ray again")
        elif there != digest:
            text = f"{variable} has another value in the workers of {node} than here"
            yield warning("ray", text, "set it to the same value before `ray start`, and start Ray again")
    for file, digest in here["files"].items():
        there = seen["files"][file]
        if there != digest:
            what = "isn't on" if there is None else "is another file on"
            yield error("ray", f"{file} {what} {node}", "copy it there, or put it on a shared disk")
