"""`wethink path HOST`: the strings to paste into a host's configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wethink_plugins.cli.options import JsonFlag
from wethink_plugins.cli.output import say, say_json

_VERL = "pkg://wethink_plugins.adapters.verl"
_DATASET = "pkg://wethink_plugins.datasets.verl_dataset"
# EasyR1 takes a file, not a module.
_EASYR1 = Path(__file__).resolve().parents[1] / "adapters" / "easyr1.py"

# Host -> (what it is for, the settings to paste).
PATHS: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "verl": (
        ("reward manager, registered on install (verl 0.9 and later)", ("reward.reward_manager.name=wethink",)),
        (
            "reward manager, without entry points",
            (
                "reward.reward_manager.source=importlib",
                "reward.reward_manager.name=WeThinkRewardManager",
                f"reward.reward_manager.module.path={_VERL}",
            ),
        ),
        (
            "reward function, keeps verl's own manager",
            (f"reward.custom_reward_function.path={_VERL}", "reward.custom_reward_function.name=compute_score"),
        ),
        (
            "dataset, reads WeThink rows without an export",
            (f"data.custom_cls.path={_DATASET}", "data.custom_cls.name=WeThinkDataset"),
        ),
    ),
    "easyr1": (
        ("reward function (v0.3.1 and later)", (f"worker.reward.reward_function={_EASYR1}:compute_score",)),
        (
            "reward function of v0.3.0, which says it differently",
            (f"worker.reward.score_function={_EASYR1}:compute_score",),
        ),
    ),
    "trl": (
        (
            'reward function: GRPOTrainer(reward_funcs=make_reward("wethink.yaml"))',
            ("wethink_plugins.adapters.trl:make_reward",),
        ),
        ("dataset rows: Dataset.from_list(list(trl_rows(rows)))", ("wethink_plugins.datasets.exporters.trl:trl_rows",)),
    ),
}


def path(
    host: Annotated[str, typer.Argument(help=f"One of: {', '.join(PATHS)}.")],
    json: JsonFlag = False,
) -> None:
    """Print what to paste into a host's configuration, one line a purpose."""
    if host not in PATHS:
        raise typer.BadParameter(f"{host!r} is not one of {', '.join(PATHS)}", param_hint="HOST")
    if json:
        say_json([{"for": purpose, "settings": list(settings)} for purpose, settings in PATHS[host]])
        return
    for purpose, settings in PATHS[host]:
        say(f"{' '.join(settings)}  # {purpose}")
