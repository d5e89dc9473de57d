"""Runs EasyR1's real RayPPOTrainer on a CPU: `python fit.py SPECS.json`, with the GPU workers replaced.

SPECS: name -> {"arguments": [...as for verl.trainer.main...], "answers": [...], "val_answers": [...]}
Answers are given in turn, one a rollout. Writes, beside SPECS.json, NAME.json: the error that ended the run, or null,
and the rollouts that the trainer wanted to learn from. All in one process, since most of the time goes into imports.
"""

import itertools
import json
import os
import sys
from pathlib import Path

import numpy as np
import ray
import torch
import verl.workers.reward as rewards
from host_config import config_from
from tensordict import TensorDict
from verl.protocol import DataProto
from verl.trainer.data_loader import create_dataloader
from verl.trainer.ray_trainer import RayPPOTrainer, ResourcePoolManager, Role
from verl.utils.tokenizer import get_processor, get_tokenizer

GPUS = 2


class Workers:
    """In place of the worker group: says what it is told, and keeps what it is asked to learn."""

    world_size = GPUS

    def __init__(self, spec, config, tokenizer, _):
        self.config, self.tokenizer, self.step = config, tokenizer, 0
        self.answers, self.val_answers = (itertools.cycle(spec[key]) for key in ("answers", "val_answers"))
        self.records = []
        self.order = itertools.count()

    def __getattr__(self, name):
        if name in ("prepare_rollout_engine", "release_rollout_engine", "load_checkpoint"):
            return lambda *_, **__: None
        raise AttributeError(name)

    def save_checkpoint(self, folder, *_, **__):
        os.makedirs(folder, exist_ok=True)

    def generate_sequences(self, prompts):
        validation = "temperature" in prompts.meta_info  # only val_override_config sets it
        each = 1 if validation else self.config.worker.rollout.n
        said = self.val_answers if validation else self.answers
        return answered(prompts, each, *self._responses([next(said) for _ in range(len(prompts) * each)]))

    def _responses(self, answers):
        """Of different lengths, so that balancing has something to shuffle."""
        length = self.config.worker.rollout.response_length
        tokens = torch.full((len(answers), length), self.tokenizer.pad_token_id)
        mask = torch.zeros_like(tokens)
        for i, answer in enumerate(answers):
            text = f"<think>{'so ' * (1 + next(self.order) * 7 % 11)}</think><answer>{answer}</answer>"
            ids = [*self.tokenizer.encode(text), self.tokenizer.eos_token_id]
            assert len(ids) <= length, "the test's responses must fit"
            tokens[i, : len(ids)] = torch.tensor(ids)
            mask[i, : len(ids)] = 1
        return tokens, mask

    def compute_log_probs(self, batch):
        return _log_probs(batch, "old_log_probs")

    def compute_ref_log_probs(self, batch):
        return _log_probs(batch, "ref_log_probs")

    def update_actor(self, batch):
        self.step += 1
        lengths = batch.batch["response_mask"].sum(dim=-1)
        rows = zip(batch.non_tensor_batch["uid"], batch.non_tensor_batch["ground_truth"], strict=True)
        for i, (uid, gold) in enumerate(rows):
            advantages = batch.batch["advantages"][i][: lengths[i]]
            assert torch.allclose(advantages, advantages[0])
            record = {
                "step": self.step,
                "uid": uid,
                "gold": gold,
                "response": self.tokenizer.decode(batch.batch["responses"][i][: lengths[i]], skip_special_tokens=True),
                "reward": batch.batch["token_level_scores"][i].sum().item(),
                "advantage": advantages[0].item(),
            }
            self.records.append(record)
        return DataProto(non_tensor_batch={"actor/lr": np.array([1e-6] * GPUS)})


def answered(prompts, each, responses, mask):
    """The batch that a rollout gives back: each prompt `each` times, with its responses behind it."""
    prompts.non_tensor_batch.pop("raw_prompt_ids")
    media = {key: np.repeat(column, each, axis=0) for key, column in prompts.non_tensor_batch.items()}
    asked = {key: column.repeat_interleave(each, dim=0) for key, column in prompts.batch.items()}
    batch = {
        "prompts": asked["input_ids"],
        "responses": responses,
        "response_mask": mask,
        "input_ids": torch.cat([asked["input_ids"], responses], dim=-1),
        "attention_mask": torch.cat([asked["attention_mask"], mask], dim=-1),
        "position_ids": _longer(asked["position_ids"], responses.size(1)),
    }
    return DataProto(TensorDict(batch, batch_size=len(responses)), non_tensor_batch=media, meta_info=prompts.meta_info)


def _log_probs(batch, name):
    """The batch has been to the reward by then; of later tensordicts than v0.3.1's, pickling locks it."""
    batch.batch.unlock_()
    return DataProto.from_dict(tensors={name: torch.full(batch.batch["responses"].shape, -1.0)})


def _longer(positions, more):
    """The prompt's positions, and those of a response behind it; of one row or of several (mrope)."""
    steps = torch.arange(1, more + 1).expand(*positions.shape[:-1], more)
    return torch.cat([positions, positions[..., -1:] + steps], dim=-1)


def reward_actor(config, tokenizer):
    """AutoRewardManager, or the manager for batches that v0.3.x had."""
    manager = getattr(rewards, "AutoRewardManager", None) or rewards.BatchFunctionRewardManager
    return ray.remote(manager).options(num_cpus=0).remote(config.worker.reward, tokenizer)


def fit(spec, make_workers=Workers):
    """As verl.trainer.main does it; (the error that ended it, or None, and the records)."""
    config = config_from(spec["arguments"])
    folder, template = config.worker.actor.model.model_path, config.data.override_chat_template
    tokenizer = get_tokenizer(folder, override_chat_template=template, use_fast=True)
    processor = get_processor(folder, override_chat_template=template, use_fast=True)
    train, val = create_dataloader(config.data, tokenizer, processor)
    os.makedirs(config.trainer.save_checkpoint_path, exist_ok=True)
    workers = make_workers(spec, config, tokenizer, processor)
    RayPPOTrainer.init_workers = lambda trainer: setattr(trainer, "actor_rollout_ref_wg", workers)
    actors = [reward_actor(config, tokenizer) for _ in range(2)]
    trainer = RayPPOTrainer(
        config=config,
        tokenizer=tokenizer,
        processor=processor,
        train_dataloader=train,
        val_dataloader=val,
        role_worker_mapping={Role.ActorRolloutRef: None},
        resource_pool_manager=ResourcePoolManager({"pool": [workers.world_size]}, {Role.ActorRolloutRef: "pool"}),
        reward_fn=actors[0],
        val_reward_fn=actors[1],
    )
    trainer.init_workers()
    error = None
    try:
        trainer.fit()
    except ray.exceptions.RayTaskError as raised:
        error = str(raised)
    for actor in actors:
        actor.__ray_terminate__.remote()  # not killed, so that the journal is written out
    return error, workers.records


def start_ray(tries=5):
    """Ray gives its own processes 30 seconds to start, which a busy machine may not."""
    for left in reversed(range(tries)):
        try:
            ray.init(num_cpus=2, include_dashboard=False, object_store_memory=200 * 2**20)
            return
        except Exception as error:  # it raises a bare one
            if not left or "timed out" not in str(error):
                raise
            ray.shutdown()


def main(make_workers=Workers):
    file = Path(sys.argv[1])
    start_ray()
    for name, spec in json.loads(file.read_text()).items():
        error, records = fit(spec, make_workers)
        (file.parent / f"{name}.json").write_text(json.dumps({"error": error, "records": records}))


if __name__ == "__main__":
    main()
