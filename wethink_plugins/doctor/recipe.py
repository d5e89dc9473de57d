"""A host's YAML as far as it can be read without the host: keys, settings from the command line, interpolation.

OmegaConf's `${oc.env:NAME}`, `${oc.env:NAME,default}` and `${a.b}` are filled in; whatever else stands in `${ }` stays.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from wethink_plugins.errors import ConfigError

_ENV = re.compile(r"\$\{oc\.env:([^},]+)(?:,([^}]*))?\}")
_NODE = re.compile(r"\$\{([A-Za-z_][\w.]*)\}")
_UNFILLED = ("{here}", "{data}", "{model}", "{reward_file}")


class Recipe:
    """`file` None: settings alone. A key that is neither in the file nor in the settings is the host's default."""

    def __init__(
        self, file: Path | None, settings: Sequence[str] = (), defaults: Mapping[str, Any] | None = None
    ) -> None:
        self.file, self.settings = file, tuple(settings)
        self._values = dict(_flat(_read(file))) if file is not None else {}
        for setting in settings:
            name, equals, value = setting.partition("=")
            if not equals:
                raise ConfigError(f"{setting!r} is no KEY=VALUE", fix="write settings as on the host's command line")
            name, parsed = name.lstrip("+"), _parsed(value)
            if not isinstance(parsed, Mapping):  # a mapping is merged into what is there, as the hosts do it
                self._values = {k: v for k, v in self._values.items() if not k.startswith(f"{name}.")}
            self._values |= dict(_flat(parsed, name))
        self._defaults = dict(defaults or {})

    def get(self, key: str, default: Any = None) -> Any:
        """The value with its interpolations filled in; a mapping's parts are asked for by their own keys."""
        if key in self._values:
            value = self._filled(self._values[key])
            return self._defaults.get(key, default) if value == "???" else value
        return self._defaults.get(key, default)

    def text(self, key: str) -> str:
        """Empty for null, and for what isn't set."""
        value = self.get(key)
        return "" if value is None else str(value)

    def section(self, key: str) -> dict[str, Any]:
        """What lies below a key, nested as in the file; empty without it."""
        found: dict[str, Any] = {}
        for name in self._values:
            if name.startswith(f"{key}."):
                *path, last = name[len(key) + 1 :].split(".")
                place = found
                for part in path:
                    place = place.setdefault(part, {})
                place[last] = self._filled(self._values[name])
        return found

    def top(self) -> dict[str, Any]:
        """The whole of it, nested as in the file, without the host's defaults."""
        names = dict.fromkeys(name.partition(".")[0] for name in self._values)
        return {name: self.section(name) or self.get(name) for name in names}

    def is_set(self, key: str) -> bool:
        return key in self._values or any(name.startswith(f"{key}.") for name in self._values)

    def unset_variables(self) -> Iterator[tuple[str, str]]:
        """(key, variable) for each environment variable that is named without a default and isn't set."""
        for key, value in self._values.items():
            for name, default in _ENV.findall(value) if isinstance(value, str) else ():
                if not default and name.strip() not in os.environ:
                    yield key, name.strip()

    def unfilled(self) -> Iterator[tuple[str, str]]:
        """(key, placeholder) for what `wethink recipe show --out` would have filled in."""
        for key, value in self._values.items():
            yield from ((key, mark) for mark in _UNFILLED if isinstance(value, str) and mark in value)

    def _filled(self, value: Any, depth: int = 0) -> Any:
        if not isinstance(value, str) or "${" not in value or depth > 5:
            return value
        whole = _NODE.fullmatch(value)
        if whole and whole[1] in self._values:
            return self._filled(self._values[whole[1]], depth + 1)
        text = _ENV.sub(lambda found: os.environ.get(found[1].strip(), found[2] or found[0]), value)
        return _NODE.sub(lambda found: str(self._filled(self._values.get(found[1], found[0]), depth + 1)), text)


def _read(file: Path) -> Mapping[str, Any]:
    try:
        values = yaml.safe_load(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError("no such file", fix="give the recipe that you train with", file=file) from None
    except (OSError, UnicodeDecodeError) as problem:
        raise ConfigError(f"can't be read: {problem}", fix="give a YAML file", file=file) from None
    except yaml.YAMLError as problem:
        text = " ".join(str(problem).split())
        raise ConfigError(f"not valid YAML: {text}", fix="check indentation and quotes there", file=file) from None
    if not isinstance(values, Mapping):
        raise ConfigError(f"holds a {type(values).__name__}, not keys and values", fix="give a recipe", file=file)
    return values


def _parsed(text: str) -> Any:
    try:
        return yaml.safe_load(text) if text else None
    except yaml.YAMLError:
        return text


def _flat(values: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(values, Mapping) and (values or not prefix):
        for key, value in values.items():
            yield from _flat(value, f"{prefix}.{key}" if prefix else str(key))
    else:
        yield prefix, values
