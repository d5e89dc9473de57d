"""As fit.py, with a model: a tiny Qwen2.5-VL of random weights answers, and EasyR1's own actor trains it, on a CPU.

Only vLLM and FSDP are replaced: by generate(), and by nothing. A model of random weights would never close a tag, so
its sampling is held to the form of a response; it chooses the thoughts and the answer.
"""

import os
import tempfile
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist
from fit import answered, main
from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration
from verl.protocol import DataProto
from verl.utils.dataset import process_image
from verl.workers.actor.dp_actor import DataParallelPPOActor
from verl.workers.fsdp_workers import FSDPWorker

THOUGHTS, ANSWERS = 4, ("3", "4")


class ActorWorkers:
    """In place of the worker group, on the one process that there is."""

    world_size = 1
    _process_multi_modal_inputs = FSDPWorker._process_multi_modal_inputs

    def __init__(self, _, config, tokenizer, processor):
        self.config, self.tokenizer, self.processor, self._cache = config, tokenizer, processor, {}
        self.records = []
        self.form = _form(tokenizer)
        self.model, reference = _model(tokenizer), _model(tokenizer)
        # No momentum: each update answers for its own rewards.
        optimizer = torch.optim.AdamW(self.model.parameters(), lr=config.worker.actor.optim.lr, betas=(0.0, 0.999))
        settings = config.worker.actor
        settings.global_batch_size_per_device = settings.global_batch_size * config.worker.rollout.n
        self.actor = DataParallelPPOActor(settings, self.model, optimizer)
        self.reference = DataParallelPPOActor(settings, reference)

    def prepare_rollout_engine(self):
        pass

    release_rollout_engine = prepare_rollout_engine

    def save_checkpoint(self, folder, *_, **__):
        os.makedirs(folder, exist_ok=True)

    @torch.no_grad()
    def generate_sequences(self, prompts):
        self.model.eval()
        greedy = prompts.meta_info.get("temperature") == 0
        each = 1 if greedy else self.config.worker.rollout.n
        length = self.config.worker.rollout.response_length
        responses = torch.full((len(prompts) * each, length), self.tokenizer.pad_token_id)
        for i in range(len(prompts)):
            said = self._say(prompts, i, each, greedy)
            responses[i * each : (i + 1) * each, : said.size(1)] = said
        mask = (torch.arange(length) < len(self.form)).to(prompts.batch["attention_mask"].dtype)
        return answered(prompts, each, responses, mask.repeat(len(responses), 1))

    def _say(self, prompts, i, each, greedy):
        asked = prompts.batch["input_ids"][i][prompts.batch["attention_mask"][i].bool()].unsqueeze(0)
        limits = prompts.meta_info["min_pixels"], prompts.meta_info["max_pixels"]
        images = [process_image(image, *limits) for image in prompts.non_tensor_batch["multi_modal_data"][i]["images"]]
        pixels = dict(self.processor.image_processor(images=images, return_tensors="pt")) if images else {}
        said = self.model.generate(
            input_ids=asked, attention_mask=torch.ones_like(asked), **pixels, max_new_tokens=len(self.form),
            do_sample=not greedy, num_return_sequences=each, pad_token_id=self.tokenizer.pad_token_id,
            eos_token_id=self.tokenizer.eos_token_id,
            prefix_allowed_tokens_fn=lambda _, so_far: self.form[len(so_far) - asked.size(1)],
        )  # fmt: skip
        return said[:, asked.size(1) :]

    def compute_log_probs(self, batch):
        return DataProto.from_dict(tensors={"old_log_probs": self._by(self.actor, batch)})

    def compute_ref_log_probs(self, batch):
        return DataProto.from_dict(tensors={"ref_log_probs": self._by(self.reference, batch)})

    def _by(self, actor, batch):
        self._process_multi_modal_inputs(batch)
        batch.meta_info["temperature"] = self.config.worker.rollout.temperature
        return actor.compute_log_prob(batch)

    def update_actor(self, batch):
        self._process_multi_modal_inputs(batch)
        before = {name: value.clone() for name, value in self.model.state_dict().items()}
        metrics = self.actor.update_policy(batch)
        advantages, mask = batch.batch["advantages"], batch.batch["response_mask"]
        gained = (self._by(self.actor, batch) - batch.batch["old_log_probs"]) * mask
        self.records.append({
            "responses": self.tokenizer.batch_decode(batch.batch["responses"], skip_special_tokens=True),
            "images": sum(len(media["images"]) for media in batch.non_tensor_batch["multi_modal_data"]),
            "advantages": advantages[:, 0].tolist(),
            "gained": (gained * advantages).sum().item(),
            "moved": _moved(before, self.model.state_dict()),
        })  # fmt: skip
        return DataProto(non_tensor_batch={key: np.atleast_1d(np.array(value)) for key, value in metrics.items()})


def _form(tokenizer):
    """The tokens allowed at each place of a response. Those of an image stand for one, so no thought may hold them."""
    special = set(tokenizer.all_special_ids)
    assert tokenizer.convert_tokens_to_ids("<|image_pad|>") in special
    free = [token for token in range(len(tokenizer)) if token not in special]
    answers = [token for answer in ANSWERS for token in tokenizer.encode(answer)]
    assert len(answers) == len(ANSWERS), "one token each"
    opened, between, closed = (
        [[token] for token in tokenizer.encode(text)] for text in ("<think>", "</think><answer>", "</answer>")
    )
    return [*opened, *[free] * THOUGHTS, *between, answers, *closed, [tokenizer.eos_token_id]]


def _model(tokenizer):
    """Always the same one, of 0.4 million parameters."""
    torch.manual_seed(0)
    tokens = {
        f"{kind}_token_id": tokenizer.convert_tokens_to_ids(f"<|{kind}|>") for kind in ("vision_start", "vision_end")
    }
    pads = {f"{kind}_token_id": tokenizer.convert_tokens_to_ids(f"<|{kind}_pad|>") for kind in ("image", "video")}
    text = {
        "vocab_size": len(tokenizer), "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2,
        "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 4096,
        "rope_scaling": {"type": "mrope", "mrope_section": [2, 3, 3]},
        "bos_token_id": tokenizer.pad_token_id, "eos_token_id": tokenizer.eos_token_id,
    }  # fmt: skip
    vision = {
        "depth": 2, "hidden_size": 32, "intermediate_size": 64, "num_heads": 2, "out_hidden_size": 64,
        "fullatt_block_indexes": [1],
    }  # fmt: skip
    config = Qwen2_5_VLConfig(text_config=text, vision_config=vision, **tokens, **pads)
    return Qwen2_5_VLForConditionalGeneration(config).float()


def _moved(before, after):
    """How far the furthest weight went, of the part that sees and the part that reads."""
    far = {"visual": 0.0, "language": 0.0}
    for name, value in after.items():
        part = "visual" if "visual" in name else "language"
        far[part] = max(far[part], (value - before[name]).abs().max().item())
    return far


if __name__ == "__main__":
    torch.manual_seed(0)
    with tempfile.TemporaryDirectory() as folder:
        dist.init_process_group("gloo", init_method=f"file://{Path(folder) / 'store'}", rank=0, world_size=1)
        main(ActorWorkers)
        dist.destroy_process_group()
