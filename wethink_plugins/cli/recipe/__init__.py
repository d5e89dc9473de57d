"""`wethink recipe VERB`: the configurations that ship here, shown and run."""

from __future__ import annotations

from wethink_plugins.cli.verbs import group_of

_VERBS = ("list", "show", "run")

app = group_of(
    {verb: f"wethink_plugins.cli.recipe.{verb}" for verb in _VERBS}, "Configurations that people run, and runs of them."
)
