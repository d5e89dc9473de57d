"""`recipes/variants.yaml`, read: which recipes can be run, and the ways in which a run can differ."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from wethink_plugins.errors import WeThinkError
from wethink_plugins.shipped import shipped

FILE = "variants.yaml"
Host = Literal["verl", "easyr1", "llamafactory"]
Settings = dict[str, Any]
"""Dotted key -> value, as on a host's command line."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RecipeEntry(_Entry):
    """`reward` names the recipe of the reward's YAML, None for hosts that pay nothing; `model` the one it is about."""

    host: Host
    model: str
    reward: str | None = None


class Rows(_Entry):
    """Which rows are trained on; see the comment in the table."""

    without_judge: bool = False
    abilities: str | None = None
    chain_of_thought: str | None = None

    @property
    def all_of_them(self) -> bool:
        return self == Rows()


class Variant(_Entry):
    """`first` names a recipe whose model this one starts from."""

    what: str
    hosts: list[Host]
    source: str
    question: str = ""
    settings: dict[Host, Settings] = {}
    variables: dict[Host, dict[str, str]] = {}
    reward: Settings = {}
    rows: Rows = Rows()
    first: str | None = None


class Table(_Entry):
    recipes: dict[str, RecipeEntry]
    bases: dict[Host, str]
    variants: dict[str, Variant] = Field(min_length=1)


@cache
def table(file: Path | None = None) -> Table:
    """The table that ships here, or another. Raises WeThinkError naming the key at fault."""
    import yaml

    file = file or shipped("recipes") / FILE
    try:
        return Table.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        raise WeThinkError(first["msg"], file=file, field=".".join(map(str, first["loc"]))) from None


def recipe_named(name: str) -> tuple[str, RecipeEntry]:
    """A recipe that can be run, by its whole name or the part after the slash. WeThinkError lists what there is."""
    return _named(name, table().recipes, "recipe that can be run")


def variant_named(name: str) -> tuple[str, Variant]:
    """A variant, by its whole name or the part after the slash. WeThinkError lists what there is."""
    return _named(name, table().variants, "variant")


def _named(name: str, known: Mapping[str, Any], what: str) -> tuple[str, Any]:
    wanted = name.removesuffix(".yaml")
    found = [wanted] if wanted in known else [key for key in known if key.rpartition("/")[2] == wanted]
    if len(found) == 1:
        return found[0], known[found[0]]
    if found:
        raise WeThinkError(f"{name!r} is one of {', '.join(found)}", fix="give the whole name")
    near = difflib.get_close_matches(wanted, known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}? " if near else ""
    raise WeThinkError(f"no {what} {name!r}", fix=f"{hint}known: {', '.join(known)}")
