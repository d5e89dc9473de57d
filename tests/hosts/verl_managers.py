"""In an older verl (its wheel first on the path): its own reward managers with our compute_score.

python verl_managers.py MODEL     prints what the healthy and the failing judge became
"""

import asyncio
import json
import os
import sys

import numpy as np
import torch
import verl
from omegaconf import OmegaConf
from tensordict import TensorDict
from transformers import AutoTokenizer
from verl import DataProto
from verl.experimental.reward_loop.reward_manager import get_reward_manager_cls
from verl.trainer.ppo.reward import get_custom_reward_fn

tokenizer = AutoTokenizer.from_pretrained(sys.argv[1])
ROWS = [("4", "4", "fill_in_blank"), ("5", "4", "fill_in_blank"), ("a story", "a long story", "descriptive")]


def batch(rows):
    """Prompts and responses as a rollout leaves them."""
    texts = [f"<think>I look.</think>\n<answer>{answer}</answer>" for answer, _, _ in rows]
    tokens = [tokenizer(text)["input_ids"] for text in texts]
    longest = max(map(len, tokens))
    prompts = torch.full((len(rows), 2), tokenizer.encode("a")[0])
    responses = torch.tensor([one + [tokenizer.pad_token_id or 0] * (longest - len(one)) for one in tokens])
    mask = torch.tensor([[1, 1] + [1] * len(one) + [0] * (longest - len(one)) for one in tokens])
    fields = {"prompts": prompts, "responses": responses, "attention_mask": mask}
    infos = [
        {"id": str(i), "question": "How many?", "question_type": kind, "split": "train", "index": i}
        for i, (_, _, kind) in enumerate(rows)
    ]
    golds = [{"style": "rule", "ground_truth": gold} for _, gold, _ in rows]
    other = {"reward_model": golds, "extra_info": infos, "data_source": ["wethink"] * len(rows)}
    arrays = {name: np.array(values, dtype=object) for name, values in other.items()}
    return DataProto(batch=TensorDict(fields, batch_size=len(rows)), non_tensor_batch=arrays)


function = {"path": "pkg://wethink_plugins.adapters.verl", "name": "compute_score"}
config = OmegaConf.create(
    {"custom_reward_function": function, "reward": {"custom_reward_function": function, "reward_manager": {}}}
)
score = get_custom_reward_fn(config)


def old_manager(rows):
    from verl.workers.reward_manager import get_reward_manager_cls as get_old

    result = get_old("naive")(tokenizer, 0, compute_score=score)(batch(rows), return_dict=True)
    extra = {key: [float(value) for value in values] for key, values in result["reward_extra_info"].items()}
    return {"rewards": result["reward_tensor"].sum(-1).tolist(), "keys": sorted(extra), "unscored": extra["unscored"]}


def loop_manager(rows):
    async def ask():
        manager = get_reward_manager_cls("naive")(config=config, tokenizer=tokenizer, compute_score=score)
        return [await manager.run_single(batch(rows)[i : i + 1]) for i in range(len(rows))]

    results = asyncio.run(ask())
    extra = [one["reward_extra_info"] for one in results]
    return {
        "rewards": [float(one["reward_score"]) for one in results],
        "keys": sorted(extra[0]),
        "unscored": [float(one["unscored"]) for one in extra],
    }


found = {"version": verl.__version__}
for name, manager in (("workers", old_manager), ("reward_loop", loop_manager)):
    try:
        found[name] = manager(ROWS)
    except ImportError as error:
        found[name] = f"not in this version: {error}"
print("FOUND", json.dumps(found))
os._exit(0)
