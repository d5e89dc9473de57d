"""What was asked for: a recipe and the variants laid over it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from wethink_plugins.errors import WeThinkError
from wethink_plugins.recipes.table import RecipeEntry, Rows, Settings, Variant, recipe_named, table, variant_named


@dataclass(frozen=True)
class Choice:
    """`variants`: name -> variant, in the order in which they are laid over the recipe."""

    name: str
    entry: RecipeEntry
    variants: dict[str, Variant]

    @property
    def host(self) -> Any:
        return self.entry.host

    @property
    def settings(self) -> Settings:
        """Of the host's configuration; a later variant wins. A variant is an experiment with a name of its own."""
        named = self.variants and self.host != "llamafactory"
        name = "-".join(key.rpartition("/")[2] for key in (self.name, *self.variants))
        settings: Settings = {"trainer.experiment_name": name} if named else {}
        for one in self.variants.values():
            settings |= one.settings.get(self.host, {})
        return settings

    @property
    def variables(self) -> dict[str, str]:
        """Environment variables of the launch."""
        return {key: text for one in self.variants.values() for key, text in one.variables.get(self.host, {}).items()}

    @property
    def rewards(self) -> list[Settings]:
        return [one.reward for one in self.variants.values() if one.reward]

    @property
    def rows(self) -> Rows:
        merged: dict[str, Any] = {}
        for one in self.variants.values():
            merged |= one.rows.model_dump(exclude_defaults=True)
        return Rows(**merged)

    @property
    def title(self) -> str:
        return " + ".join((self.name, *self.variants))


def chosen(name: str, host: str | None = None, more: Sequence[str] = ()) -> Choice:
    """`name` is a recipe, or a variant of the one that its host's variants start from. WeThinkError for what isn't there,
    or doesn't go together."""
    if _is_variant(name):
        more = (name, *more)
        name = _base(variant_named(name), host)
    elif host is not None and recipe_named(name)[1].host != host:
        raise WeThinkError(f"{name} is for {recipe_named(name)[1].host}", fix="leave out --host, or name a variant")
    full, entry = recipe_named(name)
    variants = dict(variant_named(one) for one in more)
    for one, variant in variants.items():
        if entry.host not in variant.hosts:
            raise WeThinkError(f"{one} is for {' or '.join(variant.hosts)}, {full} for {entry.host}")
    return Choice(full, entry, variants)


def _is_variant(name: str) -> bool:
    known, full = table(), name.removesuffix(".yaml")
    if full in known.recipes or full in known.variants:
        return full in known.variants
    return any(key.rpartition("/")[2] == full for key in known.variants)


def _base(variant: tuple[str, Variant], host: str | None) -> str:
    name, entry = variant
    if host is None and len(entry.hosts) == 1:
        host = entry.hosts[0]
    if host is None:
        raise WeThinkError(f"{name} exists for {' and '.join(entry.hosts)}", fix=f"add --host {entry.hosts[0]}")
    if host not in entry.hosts:
        raise WeThinkError(f"{name} is for {' and '.join(entry.hosts)}, not for {host}", fix=f"--host {entry.hosts[0]}")
    return table().bases[host]
