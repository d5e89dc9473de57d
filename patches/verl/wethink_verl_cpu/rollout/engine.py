"""One copy of the model that answers batches of prompts; knows transformers, but neither Ray nor verl."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForImageTextToText, PreTrainedModel

from wethink_verl_cpu.rollout.decode import Vocabulary, sample
from wethink_verl_cpu.rollout.request import Answer, Prompt, Sampling


class Engine:
    """A model in memory, its processor, and how many answers each prompt has had from the present weights."""

    def __init__(self, path: str, processor: Any, tokenizer: Any, seed: int) -> None:
        self.processor, self.tokenizer, self.seed = processor, tokenizer, seed
        self.model = _load(path)
        self.image_token = getattr(self.model.config, "image_token_id", None)
        self.vocabulary = Vocabulary(_end_tokens(self.model, tokenizer), _placeholders(self.model))
        self.version = 0
        self.given: Counter[bytes] = Counter()

    def load_weights(self, weights: Mapping[str, torch.Tensor], version: int | None) -> None:
        """Take new weights, all of them; `version` (the trainer's step) is part of every answer's seed."""
        own = self.model.state_dict()
        _check_names(weights, own, tied=getattr(self.model.config, "tie_word_embeddings", False))
        with torch.no_grad():
            for name, value in weights.items():
                own[name].copy_(value)
        self.version = self.version + 1 if version is None else version
        self.given.clear()

    def answer(self, prompts: Sequence[Prompt], sampling: Sampling) -> list[Answer]:
        """One answer for each prompt; equal prompts are read once and get different answers."""
        distinct = list(dict.fromkeys(sorted(prompts, key=lambda prompt: prompt.key)))
        row = {prompt: index for index, prompt in enumerate(distinct)}
        seeds = [self._next_seed(prompt) for prompt in prompts]
        owner = [row[prompt] for prompt in prompts]
        return sample(self.model, self._encode(distinct), owner, seeds, sampling, self.vocabulary)

    def _next_seed(self, prompt: Prompt) -> int:
        """From the run's seed, the weights' version, the prompt and the how-manieth answer to it this is."""
        parts = (self.seed, self.version, self.given[prompt.key])
        self.given[prompt.key] += 1
        return int.from_bytes(hashlib.sha256(repr(parts).encode() + prompt.key).digest()[:8], "big") >> 1

    def _encode(self, prompts: Sequence[Prompt]) -> dict[str, torch.Tensor]:
        """Left-padded tokens and the pixels of all images."""
        ids, mask = _left_pad([prompt.ids for prompt in prompts], self.tokenizer.pad_token_id)
        inputs = {"input_ids": ids, "attention_mask": mask}
        if images := [image for prompt in prompts for image in prompt.images]:
            pixels = self.processor.image_processor(images=images, return_tensors="pt")
            inputs |= dict(pixels)
            inputs["mm_token_type_ids"] = (ids == self.image_token).long()
        return inputs


def _load(path: str) -> PreTrainedModel:
    vision = hasattr(AutoConfig.from_pretrained(path), "vision_config")
    auto = AutoModelForImageTextToText if vision else AutoModelForCausalLM
    return auto.from_pretrained(path, dtype=torch.float32, attn_implementation="sdpa").eval()


def _end_tokens(model: PreTrainedModel, tokenizer: Any) -> frozenset[int]:
    configured = model.generation_config.eos_token_id
    configured = configured if isinstance(configured, list) else [configured]
    return frozenset(token for token in (*configured, tokenizer.eos_token_id) if token is not None)


def _placeholders(model: PreTrainedModel) -> tuple[int, ...]:
    tokens = (getattr(model.config, f"{kind}_token_id", None) for kind in ("image", "video"))
    return tuple(token for token in tokens if token is not None)


def _left_pad(rows: Sequence[Sequence[int]], pad: int) -> tuple[torch.Tensor, torch.Tensor]:
    width = max(len(row) for row in rows)
    ids = torch.full((len(rows), width), pad, dtype=torch.long)
    mask = torch.zeros_like(ids)
    for index, row in enumerate(rows):
        ids[index, width - len(row) :] = torch.tensor(row)
        mask[index, width - len(row) :] = 1
    return ids, mask


def _check_names(given: Iterable[str], own: Iterable[str], tied: bool) -> None:
    """A weight missed here would leave the rollout on old weights without a sign."""
    unknown, missing = set(given) - set(own), set(own) - set(given)
    if tied:
        missing = {name for name in missing if not name.endswith("lm_head.weight")}
    if unknown or missing:
        raise ValueError(
            f"the trainer's weights don't fit the rollout's model: unknown {sorted(unknown)[:5]}, "
            f"missing {sorted(missing)[:5]}"
        )
