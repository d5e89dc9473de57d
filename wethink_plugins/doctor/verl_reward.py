"""How a verl recipe asks for our reward, and the ways in which it seems to and doesn't."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator

from wethink_plugins.doctor.case import Case
from wethink_plugins.doctor.finding import Finding, error, ok, warning

_PASTE = "`wethink path verl` prints the settings"
_FUNCTION = "reward.custom_reward_function"
_MARKS = {"wethink": "<answer>", "think_open": "<answer>", "boxed": "\\boxed"}


def reward(case: Case) -> Iterator[Finding]:
    recipe = case.recipe
    name, source = recipe.text("reward.reward_manager.name"), recipe.text("reward.reward_manager.source")
    if recipe.is_set("custom_reward_function.path") and _is_new(case):
        text = "custom_reward_function at the top is accepted and ignored since verl 0.9"
        yield error("reward", text, f"write {_FUNCTION}.path=...; {_PASTE}")
    elif name == "wethink" and source in ("", "register"):
        yield from _by_name(case)
    elif source == "importlib":
        yield from _module(
            recipe.text("reward.reward_manager.module.path"), name, "reward.reward_manager.module.path", case
        )
    elif recipe.text(f"{_FUNCTION}.path"):
        yield from _module(
            recipe.text(f"{_FUNCTION}.path"), recipe.text(f"{_FUNCTION}.name"), f"{_FUNCTION}.path", case
        )
    elif not recipe.is_set("custom_reward_function.path"):
        yield error("reward", f"the recipe asks for verl's own reward ({name or 'naive'}), not for ours", _PASTE)
    if recipe.get("reward.reward_model.enable") and not recipe.text(f"{_FUNCTION}.path"):
        text = "with reward.reward_model.enable verl asks its model for a score itself, and no reward manager"
        fix = f"set {_FUNCTION}.path=pkg://wethink_plugins.adapters.verl and .name=compute_score beside the manager"
        yield error("reward", text, fix)
    if recipe.get("reward.reward_model.enable") and recipe.get("reward.reward_model.enable_resource_pool") is False:
        text = "a colocated reward model hands the reward neither data_source nor ground truth in verl 0.9.1"
        yield error("reward", text, "reward.reward_model.enable_resource_pool=True")


def _is_new(case: Case) -> bool:
    """Plugins and the key `reward` came with 0.9; a verl that isn't here is taken for one that has them."""
    return case.framework.name != "verl" or case.framework.at_least("0.9")


def _by_name(case: Case) -> Iterator[Finding]:
    policy = os.environ.get("VERL_USE_EXTERNAL_PLUGINS", "auto").strip()
    if not _is_new(case):
        fix = f"use {_FUNCTION} instead: {_PASTE}"
        yield error(
            "reward", f"verl {case.framework.version} loads no plugins, so it has no manager named wethink", fix
        )
    elif policy.lower() != "auto" and "wethink" not in policy.split(","):
        text = f"VERL_USE_EXTERNAL_PLUGINS={policy} keeps verl from loading the manager named wethink"
        yield error("reward", text, "unset it, or add wethink to it")
    else:
        yield ok("reward", "the manager named wethink")


def _module(path: str, name: str, key: str, case: Case) -> Iterator[Finding]:
    if not name:
        yield error(
            "reward", f"{key} is set without a name", f"set {key.removesuffix('.path').removesuffix('.module')}.name"
        )
    elif path.startswith("pkg://"):
        try:
            found = importlib.util.find_spec(path.removeprefix("pkg://")) is not None
        except ImportError:
            found = False
        if not found:
            yield error("reward", f"{key}: no module {path.removeprefix('pkg://')}", _PASTE)
        else:
            yield ok("reward", f"{name} of {path}")
    elif not case.path(path.removeprefix("file://")).is_file():
        yield error("reward", f"{key}: no such file: {case.path(path.removeprefix('file://'))}", _PASTE)
    else:
        yield ok("reward", f"{name} of {path}")


def dataset_class(case: Case) -> Iterator[Finding]:
    path = case.recipe.text("data.custom_cls.path")
    if path and not path.startswith("pkg://") and case.recipe.get("data.filter_overlong_prompts"):
        text = "a dataset class from a file and data.filter_overlong_prompts: verl's filter may drop every row"
        yield warning("rows", text, "load the class by pkg://, or set data.filter_overlong_prompts=False")


def asks_for_the_form(case: Case) -> Iterator[Finding]:
    """verl has no key for a system prompt: it has to stand in the rows."""
    from wethink_plugins.doctor.rows import rows_of

    rows = rows_of(case)
    if rows is None or not rows.sample or case.recipe.text("data.custom_cls.path"):
        return
    style = case.config.style if case.config is not None else "wethink"
    turns = rows.sample[0][1].get("prompt")
    if not isinstance(turns, list):
        return
    shown = "\n".join(f"[{turn.get('role')}] {turn.get('content')}" for turn in turns if isinstance(turn, dict))
    if _MARKS[style] not in shown:
        text = f"nothing in it asks for {_MARKS[style]}, so the format of style {style} would never be paid"
        yield error("prompt", text, "put a system turn into the rows, as `wethink data export verl` does")
    else:
        yield ok("prompt", f"asks for {_MARKS[style]}, as style {style} pays", shown)
