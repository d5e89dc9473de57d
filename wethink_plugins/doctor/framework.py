"""Which framework a package name stands for here. EasyR1 and verl are both `import verl`, and exclude each other."""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_PACKAGES = {"easyr1": "verl", "verl": "verl", "llamafactory": "llamafactory"}
_VERSION = re.compile(r"""^(?:__version__|VERSION) = ["']([^"']+)["']""", re.MULTILINE)


@dataclass(frozen=True)
class Framework:
    """`name` is easyr1, verl, llamafactory, unknown (a package of that name and another shape) or none."""

    name: str
    version: str = ""
    folder: Path | None = None

    def at_least(self, wanted: str) -> bool:
        """True too for a version that can't be read."""
        return not self.version or _numbers(self.version) >= _numbers(wanted)


def located(host: str, folder: Path) -> Framework:
    """What `python -m ...`, started in `folder`, would import for the host. Nothing of it is imported."""
    package = _found(_PACKAGES[host], folder)
    if package is None:
        return Framework("none")
    if _PACKAGES[host] == "llamafactory":
        return Framework("llamafactory", _version_of("llamafactory", package / "extras" / "env.py"), package)
    if (package / "trainer" / "main_ppo.py").is_file():
        file = package / "version" / "version"
        return Framework("verl", file.read_text().strip() if file.is_file() else "", package)
    if (package / "trainer" / "main.py").is_file() and (package / "workers" / "reward").is_dir():
        return Framework("easyr1", _version_of("", package / "__init__.py"), package)
    return Framework("unknown", "", package)


def _found(package: str, folder: Path) -> Path | None:
    before = list(sys.path)
    loaded = sys.modules.pop(package, None)
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, ValueError):
        spec = None
    finally:
        sys.path[:] = before
        if loaded is not None:
            sys.modules[package] = loaded
    places = list(spec.submodule_search_locations or []) if spec is not None else []
    return Path(places[0]) if places else None


def _version_of(distribution: str, file: Path) -> str:
    found = _VERSION.search(file.read_text(encoding="utf-8")) if file.is_file() else None
    if found:
        return found[1]
    try:
        return version(distribution) if distribution else ""
    except PackageNotFoundError:
        return ""


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text)[:3])
