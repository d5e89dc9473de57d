"""The whole configuration of a choice: the host's, and the reward's YAML."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from wethink_plugins.errors import WeThinkError
from wethink_plugins.recipes.choice import Choice
from wethink_plugins.recipes.table import FILE, Settings
from wethink_plugins.shipped import adapter_file, recipe

_WIDTH = 118


@dataclass(frozen=True)
class Places:
    """What the placeholders of a recipe stand for: `{here}`, `{data}` (default: here) and `{model}`."""

    here: Path
    model: str
    data: Path | None = None

    def filled(self, text: str) -> str:
        for name, value in self._values().items():
            text = text.replace(name, value)
        return text

    def check(self) -> None:
        """WeThinkError for a path that a quoted YAML scalar can't hold as it is."""
        for name, value in self._values().items():
            if marks := {'"', "\\", "\n", "'"} & set(value):
                raise WeThinkError(f"{value!r} has a {min(marks)!r} in it", fix="give a plainer path", field=name)

    def _values(self) -> dict[str, str]:
        here = self.here.expanduser().resolve()
        data = self.data.expanduser().resolve() if self.data else here
        return {"{reward_file}": adapter_file(), "{here}": str(here), "{data}": str(data), "{model}": self.model}


def host_text(choice: Choice) -> str:
    """As the file has it, comments and all; under variants its values alone, with what differs named at the top."""
    file = recipe(choice.name)
    text = file.read_text(encoding="utf-8")
    if not choice.settings:
        return text if not choice.variants else _titled(text, choice)
    values = yaml.safe_load(text)
    for key, value in choice.settings.items():
        _set(values, key, value)
    return _titled(_dumped(values), choice, [f"{key}: {_flow(value)}" for key, value in choice.settings.items()])


def reward_text(choice: Choice, own: Path | None = None) -> str | None:
    """The reward's YAML, from the recipe's or from the user's own; None where the host pays nothing."""
    if choice.entry.reward is None:
        return None
    file = own or recipe(choice.entry.reward)
    text = file.read_text(encoding="utf-8")
    if not choice.rewards:
        return text
    values = yaml.safe_load(text) or {}
    for one in choice.rewards:
        _merge(values, one)
    names = " + ".join(name for name, variant in choice.variants.items() if variant.reward)
    changes = "".join(f"#   {line}\n" for one in choice.rewards for line in _dumped(one).splitlines())
    return (
        f"# {choice.entry.reward if own is None else own.name} under {names}, which sets:\n{changes}{_dumped(values)}"
    )


def _titled(text: str, choice: Choice, changes: list[str] | None = None) -> str:
    lines = [f"# {choice.title}, made from {FILE}."]
    for name, variant in choice.variants.items():
        asks = f" {variant.question}" if variant.question else ""
        lines.append(f"# {name}: {variant.what}.{asks} ({variant.source})")
    differs = "Only the rows or the model differ." if not changes else "It sets:"
    lines += [f"# {differs}", *(f"#   {change}" for change in changes or ())]
    return "\n".join(lines) + "\n" + text


def _set(values: dict[str, Any], key: str, value: Any) -> None:
    *path, last = key.split(".")
    place = values
    for part in path:
        place = place.setdefault(part, {})
    place[last] = copy.deepcopy(value)


def _merge(values: dict[str, Any], changes: Mapping[str, Any]) -> None:
    for key, value in changes.items():
        if isinstance(value, Mapping) and isinstance(values.get(key), dict) and key != "tiers":
            _merge(values[key], value)
        else:
            values[key] = copy.deepcopy(value)


def _dumped(values: Settings) -> str:
    return str(yaml.dump(values, Dumper=_Plain, sort_keys=False, width=_WIDTH, allow_unicode=True))


def _flow(value: Any) -> str:
    text = yaml.dump(value, Dumper=_Plain, default_flow_style=True, sort_keys=False, width=10_000)
    return text.removesuffix("\n").removesuffix("\n...")


class _Plain(yaml.SafeDumper):
    """No anchors: what is the same twice is written twice."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def own_reward_text(text: str, file: Path, here: Path) -> str:
    """A YAML of the user's own, for another folder: files that lie beside it by their whole paths, and a journal."""
    from wethink_plugins.config import WeThinkConfig

    values, config = yaml.safe_load(text) or {}, WeThinkConfig.load(file)
    for section, key in (("judge", "prompt"), ("shadow", "active")):
        if key in (values.get(section) or {}):
            values[section][key] = getattr(getattr(config, section), key)
    if values.get("terms"):
        values["terms"] = [term.model_dump() for term in config.terms]
    if not (values.get("journal") or {}).get("path"):
        values["journal"] = {**(values.get("journal") or {}), "path": str(here.expanduser().resolve() / "journal")}
    return f"# As {file}, and under the variants, if any, that run.yaml names.\n{_dumped(values)}"
