"""The checks of each host, in the order in which a run would meet the faults."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
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


def examine(case: Case) -> Iterator[Finding]:
    """All findings; a check that can't go on says why, and the others go on."""
    for check in CHECKS[case.host]:
        try:
            yield from check(case)
        except WeThinkError as problem:
            text = str(problem).removesuffix(f"; {problem.fix}") if problem.fix else str(problem)
            yield error(check.__name__.replace("_", " "), text, problem.fix)
