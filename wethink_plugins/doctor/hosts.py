"""The checks of each host, in the order in which a run would meet the faults."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from wethink_plugins.doctor import (
    columns,
    easyr1_prompt,
    judge,
    lengths,
    llamafactory_data,
    pictures,
    plan,
    plugins,
    probe,
    ray_nodes,
    reward_file,
    software,
    variables,
    verl_reward,
)
from wethink_plugins.doctor.case import Case
from wethink_plugins.doctor.finding import Finding, error
from wethink_plugins.errors import WeThinkError

Check = Callable[[Case], Iterator[Finding]]

_FIRST: tuple[Check, ...] = (software.framework, software.packages, variables.recipe, variables.named_config)
_REWARD: tuple[Check, ...] = (judge.reward_config, judge.judge_for_rows, judge.endpoints, plan.plan)
_LAST: tuple[Check, ...] = (plugins.registered, ray_nodes.nodes, probe.host_code)
_LIVE = (ray_nodes.nodes, probe.host_code)
CHECKS: Mapping[str, tuple[Check, ...]] = {
    "easyr1": (
        *_FIRST,
        reward_file.reward_file,
        easyr1_prompt.template_files,
        easyr1_prompt.template_of_this_model,
        easyr1_prompt.asks_for_the_form,
        columns.train_file,
        columns.easyr1_columns,
        pictures.pictures,
        lengths.manifest_matches,
        lengths.overlong,
        *_REWARD,
        *_LAST,
    ),
    "verl": (
        *_FIRST,
        verl_reward.reward,
        verl_reward.dataset_class,
        verl_reward.asks_for_the_form,
        columns.train_file,
        columns.verl_columns,
        pictures.pictures,
        *_REWARD,
        *_LAST,
    ),
    "llamafactory": (
        *_FIRST,
        llamafactory_data.settings,
        llamafactory_data.dataset,
        pictures.pictures,
        plugins.registered,
        probe.host_code,
    ),
}
# What validation rows can have too: a missing image there ends the run just so.
_OF_ROWS: Mapping[str, tuple[Check, ...]] = {
    "easyr1": (columns.easyr1_columns, pictures.pictures, lengths.manifest_matches, lengths.overlong),
    "verl": (columns.verl_columns, pictures.pictures),
}
# Of EasyR1 (verl/trainer/config.py, v0.3.1 to b44b311) and verl 0.9.1 (trainer/config), for keys that a recipe leaves out.
DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "easyr1": {
        "data.prompt_key": "prompt",
        "data.answer_key": "answer",
        "data.image_key": "images",
        "data.video_key": "videos",
        "data.max_prompt_length": 512,
        "data.min_pixels": 262144,
        "data.max_pixels": 4194304,
        "data.filter_overlong_prompts": True,
        "data.rollout_batch_size": 512,
        "worker.rollout.n": 1,
    },
    "verl": {
        "data.image_key": "images",
        "data.train_batch_size": 1024,
        "data.filter_overlong_prompts": False,
        "actor_rollout_ref.rollout.n": 1,
    },
    "llamafactory": {},
}


def examine(case: Case, files_only: bool = False) -> Iterator[Finding]:
    """All findings; a check that can't go on says why, and the others go on.

    `files_only` leaves out what loads the host's code or joins a Ray cluster.
    """
    for check in CHECKS[case.host]:
        if (files_only and check in _LIVE) or (check in _REWARD and not case.uses_our_reward):
            continue
        yield from _found(check, case)
    validation = case.of_validation()
    if validation is None:
        return
    for check in _OF_ROWS.get(case.host, ()):
        yield from (replace(finding, check=f"val {finding.check}") for finding in _found(check, validation))


def _found(check: Check, case: Case) -> Iterator[Finding]:
    try:
        yield from check(case)
    except WeThinkError as problem:
        text = str(problem).removesuffix(f"; {problem.fix}") if problem.fix else str(problem)
        yield error(check.__name__.replace("_", " "), text, problem.fix)
