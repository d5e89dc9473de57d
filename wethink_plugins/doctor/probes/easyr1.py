"""Two rows through EasyR1's own configuration, dataset and reward manager (v0.3.1 and later)."""

from __future__ import annotations

import contextlib
import inspect
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wethink_plugins.doctor.finding import Finding, ok
from wethink_plugins.doctor.probes.shared import Step, excerpt, rewards_checked, right_answer, run

_INSTALL = (
    "run doctor in EasyR1's environment, or here with --files-only; if this is it, install what is named: its own "
    "requirements.txt lists it"
)
_KEYS = "remove or rename the key: this EasyR1 doesn't take it"


def steps(given: dict[str, Any], place: Path, found: list[Finding]) -> None:
    if _omegaconf_too_new():
        return
    with Step(found, "EasyR1 can't be imported", _INSTALL):
        import verl.trainer.config
        import verl.utils.dataset
        import verl.workers.reward
    with Step(found, "EasyR1 refuses the recipe", _KEYS):
        config = _config(given)
    if config.worker.reward.reward_function is None or given["model"] is None:
        found.append(ok("dry run", "left out: it needs a reward function and the model's folder here"))
        return
    with Step(found, "tokenizer and processor of the model", "is the model's folder whole? Copy it again"):
        tokenizer, processor = _readers(config, given["model"])
    with Step(found, "EasyR1's reward manager", "repair the reward file, or paste what `wethink path easyr1` prints"):
        manager = _manager(verl.workers.reward, config.worker.reward, tokenizer)
    if given["rows"] is None or not given["numbers"]:
        found.append(ok("dry run", "the reward manager loads; there are no rows here to try"))
        return
    with Step(found, "EasyR1's dataset", "export the rows again: `wethink data export easyr1`"):
        items = _items(config.data, excerpt(Path(given["rows"]), given["numbers"], place), tokenizer, processor)
        shown = tokenizer.decode(items[0]["raw_prompt_ids"])
    with Step(found, "the reward of two dry rows", "the same would end the run"):
        found += _scored(manager, items, tokenizer, given, shown)


def _omegaconf_too_new() -> bool:
    from importlib.metadata import version

    return tuple(int(part) for part in version("omegaconf").split(".")[:2]) >= (2, 4)


def _config(given: Mapping[str, Any]) -> Any:
    """As EasyR1's main() makes it. What it prints of missing files has findings already."""
    from omegaconf import OmegaConf
    from verl.trainer.config import PPOConfig

    parts = [OmegaConf.structured(PPOConfig())]
    parts += [OmegaConf.load(given["recipe"])] if given["recipe"] else []
    config = OmegaConf.to_object(OmegaConf.merge(*parts, OmegaConf.from_cli(given["settings"])))
    with contextlib.redirect_stdout(io.StringIO()):
        config.deep_post_init()
    return config


def _readers(config: Any, model: str) -> tuple[Any, Any]:
    from verl.utils.tokenizer import get_processor, get_tokenizer

    more = {"override_chat_template": config.data.override_chat_template, "use_fast": True}
    more["trust_remote_code"] = config.worker.actor.model.trust_remote_code
    return get_tokenizer(model, **more), get_processor(model, **more)


def _manager(rewards: Any, config: Any, tokenizer: Any) -> Any:
    """AutoRewardManager, or the two that v0.3.x chose from."""
    kinds = {"batch": "BatchFunctionRewardManager", "sequential": "SequentialFunctionRewardManager"}
    name = "AutoRewardManager" if hasattr(rewards, "AutoRewardManager") else kinds[config.reward_type]
    return getattr(rewards, name)(config, tokenizer)


def _items(data: Any, file: Path, tokenizer: Any, processor: Any) -> list[dict[str, Any]]:
    """As its dataloader makes them, but for the filter, which would decode every image."""
    from verl.utils.dataset import RLHFDataset

    taken = inspect.signature(RLHFDataset.__init__).parameters
    settings = {name: getattr(data, name) for name in taken if hasattr(data, name)}
    more = {"truncation": "right", "filter_overlong_prompts": False}
    dataset = RLHFDataset(data_path=str(file), tokenizer=tokenizer, processor=processor, **{**settings, **more})
    return [dataset[i] for i in range(len(dataset))]


def _scored(
    manager: Any, items: list[dict[str, Any]], tokenizer: Any, given: Mapping[str, Any], shown: str
) -> list[Finding]:
    import numpy as np
    import torch
    from verl.protocol import DataProto

    from wethink_plugins.envelope import unpack

    golds = [item["ground_truth"] for item in items]
    answers = [str((unpack(gold) or {"answer": gold})["answer"]) for gold in golds]
    ids = [tokenizer.encode(right_answer(answer, given["style"])) for answer in answers]
    width = max(map(len, ids))
    responses, mask = torch.zeros(len(ids), width, dtype=torch.long), torch.zeros(len(ids), width, dtype=torch.long)
    for i, one in enumerate(ids):
        responses[i, : len(one)], mask[i, : len(one)] = torch.tensor(one), 1
    truths = np.empty(len(golds), dtype=object)
    truths[:] = golds
    batch = DataProto.from_single_dict({"responses": responses, "response_mask": mask, "ground_truth": truths})
    tensor, metrics = manager.compute_reward(batch)
    rewards = [float(value) for value in tensor.sum(dim=-1)]
    faults = rewards_checked(rewards, _accuracies(metrics), given["numbers"], given["ours"])
    shown_rewards = ", ".join(f"{reward:.3f}" for reward in rewards)
    text = f"rows {', '.join(map(str, given['numbers']))} through {type(manager).__name__}: the gold answer gets {shown_rewards}"
    return faults or [ok("dry run", text, shown)]


def _accuracies(metrics: Mapping[str, Any]) -> list[float | None]:
    """None for what the judge left unscored: that is the judge's finding."""
    unscored = metrics.get("unscored") or []
    return [
        None if i < len(unscored) and unscored[i] else value for i, value in enumerate(metrics.get("accuracy") or [])
    ]


if __name__ == "__main__":
    run(steps)
