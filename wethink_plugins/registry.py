"""Things that are found by name: what ships here, and what other packages add through entry points.

Groups: `wethink.rewards` (terms), `wethink.prompts` (system prompts), `wethink.judge_prompts`, `wethink.datasets`
(loaders by file kind).
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

from wethink_plugins.errors import ConfigError

GROUPS = ("rewards", "prompts", "judge_prompts", "datasets")
_log = logging.getLogger(__name__)


@cache
def registered(group: str) -> dict[str, EntryPoint]:
    """Name -> entry point of one group, nothing loaded. A name given twice is reported; the first one stays."""
    found: dict[str, EntryPoint] = {}
    for point in entry_points(group=f"wethink.{group}"):
        if point.name in found and found[point.name].value != point.value:
            _log.warning(
                "wethink.%s: %s is both %s and %s; the first is used",
                group,
                point.name,
                found[point.name].value,
                point.value,
            )
        found.setdefault(point.name, point)
    return found


def lookup(group: str, name: str) -> Any:
    """The registered object; ConfigError when the name is unknown or its package fails to load."""
    point = registered(group).get(name)
    if point is None:
        known = ", ".join(sorted(registered(group))) or "none"
        raise ConfigError(f"no {group[:-1]} is registered as {name!r}", fix=f"known: {known}")
    try:
        return point.load()
    except Exception as error:
        raise ConfigError(
            f"{group[:-1]} {name!r} ({point.value}) fails to load: {error}", fix="repair or remove that package"
        ) from error


def resolve(reference: str, group: str) -> Any:
    """`module:function`, `file.py:function` or a registered name, as an object; ConfigError says what is wrong."""
    if ":" not in reference:
        return lookup(group, reference)
    home, _, name = reference.rpartition(":")
    module = _load_module(home, reference)
    if not hasattr(module, name):
        raise ConfigError(f"{home} has no {name!r}", fix="check the spelling of module:function")
    return getattr(module, name)


def _load_module(home: str, reference: str) -> ModuleType:
    try:
        return _load_file(Path(home).expanduser()) if home.endswith(".py") else importlib.import_module(home)
    except Exception as error:
        raise ConfigError(
            f"{reference!r} can't be loaded: {type(error).__name__}: {error}",
            fix="give module:function or file.py:function",
        ) from error


def _load_file(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(file.stem, file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
