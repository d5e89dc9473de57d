"""The Ray actor that verl's agent loops ask for answers (verl/workers/rollout/llm_server.py:150)."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from verl.workers.config import HFModelConfig, RolloutConfig
from verl.workers.rollout.replica import TokenOutput

from wethink_verl_cpu.rollout.engine import Engine
from wethink_verl_cpu.rollout.options import HfCpuOptions
from wethink_verl_cpu.rollout.queue import BatchQueue
from wethink_verl_cpu.rollout.request import Answer, Prompt, Sampling

_log = logging.getLogger(__name__)


def actor_name(rank: int) -> str:
    """By which the trainer's worker of the same rank finds its server."""
    return f"hf_cpu_server_{rank}_0"


class HfCpuServer:
    """Tokens and images in, tokens out; requests that come together are answered together."""

    def __init__(self, config: RolloutConfig, model_config: HFModelConfig) -> None:
        options = HfCpuOptions.read(config.engine_kwargs)
        torch.set_num_threads(options.threads)
        self.response_length = config.response_length
        self.engine = Engine(model_config.local_path, model_config.processor, model_config.tokenizer, seed=config.seed)
        self.queue: BatchQueue[Sampling, Prompt, Answer] = BatchQueue(
            lambda sampling, prompts: self.engine.answer(prompts, sampling), options.max_batch, options.gather_seconds
        )
        self.global_steps: int | None = None

    async def generate(
        self,
        request_id: str,
        prompt_ids: Sequence[int],
        sampling_params: Mapping[str, Any],
        image_data: Sequence[Any] | None = None,
        video_data: Sequence[Any] | None = None,
        **_ignored: object,
    ) -> TokenOutput:
        """One answer. Equal requests get different answers, the same ones in every run with the same seed."""
        if video_data:
            raise ValueError("rollout hf_cpu answers text and images; this prompt has video")
        sampling = Sampling.read(sampling_params, self.response_length)
        answer = await self.queue.submit(sampling, Prompt(tuple(prompt_ids), tuple(image_data or ())))
        return TokenOutput(
            token_ids=answer.ids,
            log_probs=answer.log_probs,
            stop_reason="completed",
            num_preempted=0,
            extra_fields={"global_steps": self.global_steps},
        )

    async def load_weights(self, payload: Mapping[str, Mapping[str, torch.Tensor]], global_steps: int | None) -> None:
        """Take the trainer's weights between two batches. Wrapped in a dict so that Ray passes them as one object."""
        async with self.queue.lock:
            self.engine.load_weights(payload["weights"], global_steps)
        self.global_steps = self.global_steps if global_steps is None else global_steps
        _log.info("weights of step %s loaded: %d tensors", global_steps, len(payload["weights"]))

    async def _nothing(self, *_args: object, **_options: object) -> None:
        """Memory is never given back, so there is nothing to wake, clear or resume."""

    wake_up = sleep = clear_kv_cache = release_kv_cache = resume_kv_cache = _nothing
    abort_all_requests = resume_generation = start_profile = stop_profile = _nothing
