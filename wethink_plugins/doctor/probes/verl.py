"""Two rows through verl's own configuration, plugins, dataset and reward manager (0.9)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from wethink_plugins.doctor.finding import Finding, error, ok, one_line
from wethink_plugins.doctor.probes.shared import Step, excerpt, rewards_checked, right_answer, run

_INSTALL = "install what it names into verl's environment"
_SETTINGS = "correct the setting; keys that verl's YAML lacks want a + in front"


def steps(given: dict[str, Any], place: Path, found: list[Finding]) -> None:
    with Step(found, "verl can't be imported", _INSTALL):
        import verl  # noqa: F401
        from verl.trainer.ppo.reward import load_reward_manager
    found += _plugins()
    with Step(found, "verl refuses the recipe", _SETTINGS):
        config = _config(given)
    tokenizer = processor = None
    if given["model"] is not None:
        with Step(found, "tokenizer and processor of the model", "is the model's folder whole? Copy it again"):
            tokenizer, processor = _readers(given["model"])
    with Step(found, "verl's reward manager", "`wethink path verl` prints settings that work"):
        manager = asyncio.run(_made(load_reward_manager, config, tokenizer))
    if tokenizer is None or given["rows"] is None or not given["numbers"]:
        found.append(ok("dry run", f"{type(manager).__name__} loads; rows and the model's folder aren't here to try"))
        return
    with Step(found, "verl's dataset", "export the rows again: `wethink data export verl`"):
        items = _items(config.data, Path(given["rows"]), given["numbers"], place, tokenizer, processor)
        if len(items) < len(given["numbers"]):
            text = f"verl drops {len(given['numbers']) - len(items)} of {len(given['numbers'])} dry rows"
            found.append(error("host", text, "look at what it prints, and export the rows again"))
            return
        shown = _prompt(items[0], processor or tokenizer)
    with Step(found, "the reward of two dry rows", "verl would drop every trajectory for the same reason"):
        results = asyncio.run(_scores(load_reward_manager, config, tokenizer, items, given["style"]))
    rewards = [float(result["reward_score"]) for result in results]
    extras = [result.get("reward_extra_info") or {} for result in results]
    accuracies = [None if extra.get("unscored") else extra.get("acc", extra.get("accuracy")) for extra in extras]
    text = f"{len(items)} rows through {type(manager).__name__}: the gold answer gets {', '.join(f'{r:.3f}' for r in rewards)}"
    found += rewards_checked(rewards, accuracies, given["numbers"], given["ours"]) or [ok("dry run", text, shown)]


def _plugins() -> list[Finding]:
    """verl loads them when it is imported, and hides one that fails at debug level."""
    found = []
    for point in entry_points(group="verl.plugins"):
        try:
            point.load()
        except Exception as problem:  # noqa: BLE001  a package of somebody else's
            text = f"verl.plugins: {point.name} ({point.value}) fails to load, which verl hides: {one_line(problem)}"
            package = point.dist.name if point.dist is not None else "its package"
            found.append(error("entry points", text, f"repair or remove {package}"))
    return found


def _config(given: Mapping[str, Any]) -> Any:
    """As main_ppo's hydra makes it: the recipe's folder and name, or verl's own, then the settings."""
    from hydra import compose, initialize_config_dir, initialize_config_module
    from omegaconf import OmegaConf

    settings = list(given["settings"])
    if given["recipe"] is None:
        with initialize_config_module(config_module="verl.trainer.config", version_base=None):
            return compose("ppo_trainer", overrides=settings)
    recipe = Path(given["recipe"])
    with initialize_config_dir(config_dir=str(recipe.parent), version_base=None):
        config = compose(recipe.stem, overrides=settings)
    if "reward" not in config:  # a YAML of settings without `defaults:` stands on verl's own
        with initialize_config_module(config_module="verl.trainer.config", version_base=None):
            config = OmegaConf.merge(compose("ppo_trainer"), config)
    return config


def _readers(model: str) -> tuple[Any, Any]:
    from verl.utils import hf_processor, hf_tokenizer

    return hf_tokenizer(model), hf_processor(model)


async def _made(load: Any, config: Any, tokenizer: Any) -> Any:
    return load(config, tokenizer)


def _items(
    data: Any, file: Path, numbers: list[int], place: Path, tokenizer: Any, processor: Any
) -> list[dict[str, Any]]:
    from omegaconf import OmegaConf, open_dict
    from verl.utils.dataset.rl_dataset import get_dataset_class

    own = bool((data.get("custom_cls") or {}).get("path"))
    data = OmegaConf.create(OmegaConf.to_container(data, resolve=False))
    with open_dict(data):
        data.filter_overlong_prompts = False
    files = str(file if own else excerpt(file, numbers, place))
    made = {"data_files": files, "tokenizer": tokenizer, "processor": processor, "config": data}
    dataset = get_dataset_class(data)(**made, **({"max_samples": len(numbers)} if own else {}))
    return [dataset[i] for i in range(len(dataset))]


def _prompt(item: Mapping[str, Any], reader: Any) -> str:
    return str(reader.apply_chat_template(list(item["raw_prompt"]), add_generation_prompt=True, tokenize=False))


async def _scores(
    load: Any, config: Any, tokenizer: Any, items: list[dict[str, Any]], style: str
) -> list[dict[str, Any]]:
    manager = load(config, tokenizer)
    return [await manager.run_single(_trajectory(item, i, tokenizer, style)) for i, item in enumerate(items)]


def _trajectory(item: Mapping[str, Any], number: int, tokenizer: Any, style: str) -> Any:
    """What verl's agent loop hands to a manager, with the gold answer as the response."""
    import numpy as np
    import torch
    from verl import DataProto

    ids = tokenizer.encode(right_answer(str(item["reward_model"]["ground_truth"]), style))
    prompt, responses = torch.zeros(1, 1, dtype=torch.long), torch.tensor([ids])
    batch = {"prompts": prompt, "responses": responses, "input_ids": torch.cat([prompt, responses], dim=1)}
    batch["attention_mask"] = torch.ones_like(batch["input_ids"])
    columns = {**item, "uid": str(number), "__num_turns__": 2, "global_steps": 0}
    for name, value in columns.items():
        if not isinstance(value, torch.Tensor):
            batch[name] = np.empty(1, dtype=object)
            batch[name][0] = value
    return DataProto.from_single_dict(batch)


if __name__ == "__main__":
    run(steps)
