"""Sample answers from a transformers model: each distinct prompt is read once, then all its answers grow together.

`model.generate(num_return_sequences=8)` reads the prompt and its image eight times; on a CPU that is most of the work
of a GRPO group. Every answer draws from a seed of its own, so what it becomes does not depend on which other prompts
happened to be in the batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from transformers import DynamicCache, PreTrainedModel
from transformers.generation.logits_process import LogitsProcessorList, TopKLogitsWarper, TopPLogitsWarper

from wethink_verl_cpu.rollout.request import Answer, Sampling

_COMPACT_BELOW = 0.75
"""Finished answers are dropped from the batch when less than this share of it is still growing."""


@dataclass(frozen=True)
class Vocabulary:
    """The tokens that end an answer, and those that must never be in one (image placeholders: the trainer would look
    for their images)."""

    end: frozenset[int]
    forbidden: tuple[int, ...]


class _Growing:
    """The answers not yet finished: their keys and values, and which answer each row of the batch is."""

    def __init__(self, model: PreTrainedModel, inputs: dict[str, torch.Tensor], owner: torch.Tensor) -> None:
        self.model, self.cache = model, DynamicCache()
        model.base_model.rope_deltas = None
        self.logits = self._forward(**inputs)[owner]
        self.cache.batch_select_indices(owner)
        self.mask = inputs["attention_mask"][owner]
        deltas = getattr(model.base_model, "rope_deltas", None)
        self.deltas = None if deltas is None else deltas[owner]
        self.answer = torch.arange(len(owner))

    def _forward(self, **inputs: torch.Tensor) -> torch.Tensor:
        out = self.model(**inputs, past_key_values=self.cache, use_cache=True, logits_to_keep=1)
        return out.logits[:, -1].float()

    def keep(self, rows: torch.Tensor) -> None:
        """Forget all other rows."""
        self.cache.batch_select_indices(rows)
        self.mask, self.answer = self.mask[rows], self.answer[rows]
        self.deltas = None if self.deltas is None else self.deltas[rows]

    def grow(self, tokens: torch.Tensor) -> None:
        """Append one token to each row and compute what could follow it."""
        positions = self.mask.sum(-1, keepdim=True)
        if self.deltas is not None:
            positions = (positions + self.deltas).expand(3, -1, -1)
        self.mask = torch.cat([self.mask, self.mask.new_ones(len(tokens), 1)], dim=-1)
        self.logits = self._forward(input_ids=tokens[:, None], attention_mask=self.mask, position_ids=positions)


@torch.inference_mode()
def sample(
    model: PreTrainedModel,
    inputs: dict[str, torch.Tensor],
    owner: Sequence[int],
    seeds: Sequence[int],
    sampling: Sampling,
    vocabulary: Vocabulary,
) -> list[Answer]:
    """One answer for each entry of `owner`, which names the prompt (row of `inputs`) it answers.

    Log-probabilities are those of the model at the sampling temperature, before top-k, top-p and forbidden tokens:
    what verl's trainer computes for the same tokens.
    """
    growing = _Growing(model, inputs, torch.tensor(owner))
    draws = _draws(seeds, sampling.max_new)
    end = torch.tensor(sorted(vocabulary.end))
    answers = [Answer([], [] if sampling.log_probs else None) for _ in owner]
    open_ = torch.ones(len(owner), dtype=torch.bool)
    for step in range(sampling.max_new):
        tokens, log_probs = _choose(growing.logits, draws[growing.answer, step], sampling, vocabulary)
        _append(answers, growing.answer, open_, tokens, log_probs)
        open_ &= ~torch.isin(tokens, end)
        if not open_.any() or step + 1 == sampling.max_new:
            break
        if open_.float().mean() < _COMPACT_BELOW:
            rows = open_.nonzero()[:, 0]
            growing.keep(rows)
            tokens, open_ = tokens[rows], open_[rows]
        growing.grow(tokens)
    return answers


def _draws(seeds: Sequence[int], length: int) -> torch.Tensor:
    """Uniform numbers in [0, 1), a row for each seed."""
    generator = torch.Generator()
    return torch.stack([torch.rand(length, generator=generator.manual_seed(seed)) for seed in seeds])


def _choose(
    logits: torch.Tensor, draws: torch.Tensor, sampling: Sampling, vocabulary: Vocabulary
) -> tuple[torch.Tensor, torch.Tensor | None]:
    """The next token of each row, by inverting the cumulative distribution, and its log-probability."""
    scaled = logits / (sampling.temperature or 1.0)
    allowed = scaled.clone()
    allowed[:, list(vocabulary.forbidden)] = -torch.inf
    if sampling.temperature > 0:
        cumulated = _warped(allowed, sampling).softmax(-1).cumsum(-1)
        tokens = torch.searchsorted(cumulated, (draws[:, None] * cumulated[:, -1:]), right=True)[:, 0]
        tokens = tokens.clamp(max=logits.shape[-1] - 1)
    else:
        tokens = allowed.argmax(-1)
    if not sampling.log_probs:
        return tokens, None
    return tokens, scaled.log_softmax(-1).gather(-1, tokens[:, None])[:, 0]


def _warped(logits: torch.Tensor, sampling: Sampling) -> torch.Tensor:
    """Logits with what top-k and top-p leave out at minus infinity."""
    warpers = LogitsProcessorList()
    if sampling.top_k > 0:
        warpers.append(TopKLogitsWarper(min(sampling.top_k, logits.shape[-1])))
    if sampling.top_p < 1.0:
        warpers.append(TopPLogitsWarper(sampling.top_p))
    return warpers(None, logits)


def _append(
    answers: list[Answer],
    which: torch.Tensor,
    open_: torch.Tensor,
    tokens: torch.Tensor,
    log_probs: torch.Tensor | None,
) -> None:
    values = [None] * len(tokens) if log_probs is None else log_probs.tolist()
    rows = zip(which.tolist(), open_.tolist(), tokens.tolist(), values, strict=True)
    for index, still_open, token, value in rows:
        if still_open:
            answers[index].ids.append(token)
            if value is not None:
                answers[index].log_probs.append(value)
