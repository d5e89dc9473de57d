"""`wethink recipe list`: what ships here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wethink_plugins.cli.options import JsonFlag
from wethink_plugins.cli.output import say, say_json
from wethink_plugins.cli.recipe.show import CONFIG

_CONFIG_SUMMARY = "the whole YAML of the reward, every key with its default and what it does"


def list_recipes(json: JsonFlag = False) -> None:
    """One line a recipe: name, and what it is. `run` takes those with a star, and the variants under them."""
    from wethink_plugins.recipes.table import table
    from wethink_plugins.shipped import recipes, summary

    known = table()
    config = {"name": CONFIG, "summary": _CONFIG_SUMMARY, "runs": False}
    shipped = recipes().items()
    entries: Sequence[Mapping[str, Any]] = [
        config,
        *({"name": name, "summary": summary(file), "runs": name in known.recipes} for name, file in shipped),
    ]
    variants: Sequence[Mapping[str, Any]] = [
        {"name": name, "summary": one.what, "question": one.question, "hosts": one.hosts, "source": one.source}
        for name, one in known.variants.items()
    ]
    if json:
        say_json({"recipes": entries, "variants": variants})
        return
    width = max(len(str(one["name"])) for one in (*entries, *variants))
    for one in entries:
        say(f"{'*' if one['runs'] else ' '} {one['name']:<{width}}  {one['summary']}".rstrip())
    say("\nvariants, by themselves with --host, or over a recipe by --with:")
    for one in variants:
        asks = f" {one['question']}" if one["question"] else ""
        say(f"  {one['name']:<{width}}  {one['summary']}.{asks} ({', '.join(one['hosts'])})")


# The verb's name.
list = list_recipes
