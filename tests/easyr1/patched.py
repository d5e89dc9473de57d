"""Calls the real reward manager on one rollout with more columns; prints what a reward function was given."""

import json
from types import SimpleNamespace

import numpy as np
import torch
import verl.workers.reward as rewards
from verl.protocol import DataProto

from wethink_plugins.adapters import easyr1

manager = getattr(rewards, "AutoRewardManager", None) or rewards.BatchFunctionRewardManager
batch = {"responses": torch.tensor([[1, 2, 0]]), "response_mask": torch.tensor([[1, 1, 0]])}
columns = {
    "ground_truth": "4",
    "id": "r1",
    "question": "2+2?",
    "uid": "u",
    "multi_modal_data": {"images": ["a.png"]},
    "multi_modal_inputs": {"pixel_values": torch.zeros(1)},
}
data = DataProto.from_single_dict({**batch, **{key: np.array([value], dtype=object) for key, value in columns.items()}})
given = []
judge = object.__new__(manager)
judge.tokenizer = SimpleNamespace(decode=lambda ids, **_: "<think>a</think><answer>4</answer>")
judge.config = SimpleNamespace(skip_special_tokens=True)
judge.reward_type = "batch"


def compute_score(inputs):
    given.extend(inputs)
    return easyr1.compute_score(inputs)


judge.reward_fn = compute_score
judge.compute_reward(data)
print("\n" + json.dumps(given[0]))
