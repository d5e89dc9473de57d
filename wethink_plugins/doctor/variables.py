"""What the recipe leaves to its surroundings: environment variables, and places to fill in."""

from __future__ import annotations

import os
from collections.abc import Iterator

from wethink_plugins.config import ENVIRONMENT_VARIABLE
from wethink_plugins.doctor.case import Case
from wethink_plugins.doctor.finding import Finding, error, ok


def recipe(case: Case) -> Iterator[Finding]:
    for key, name in case.recipe.unset_variables():
        yield error("recipe", f"{key} needs the environment variable {name}, which isn't set", f"export {name}=...")
    unfilled = list(case.recipe.unfilled())
    for mark in dict.fromkeys(mark for _, mark in unfilled):
        keys = ", ".join(key for key, found in unfilled if found == mark)
        fix = "write the recipe with `wethink recipe show NAME --out FILE`, which fills it in"
        yield error("recipe", f"{keys}: {mark} isn't filled in", fix)
    if case.recipe.file is not None:
        yield ok("recipe", str(case.recipe.file))


def named_config(case: Case) -> Iterator[Finding]:
    """The YAML of the reward that is looked at here must be the one that the run will read."""
    if case.given_config is None:
        return
    given = case.given_config.absolute()
    if case.host == "easyr1" and case.recipe.is_set("worker.reward.reward_function_kwargs"):
        named = case.recipe.text("worker.reward.reward_function_kwargs.config")
        key = "worker.reward.reward_function_kwargs.config"
    elif case.host == "llamafactory":
        return
    else:
        named, key = os.environ.get(ENVIRONMENT_VARIABLE, ""), ENVIRONMENT_VARIABLE
    if not named or case.path(named).resolve() != given.resolve():
        fix = f"export {key}={given}" if key == ENVIRONMENT_VARIABLE else f"set {key}: {given}"
        yield error(
            "reward config",
            f"{given} isn't what the run will read: {key} {f'is {named}' if named else 'is not set'}",
            fix,
        )
