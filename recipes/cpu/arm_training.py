"""How an arm is trained in TRL, whatever it is paid: the demo's warm start, data and budget."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent
CONFIG = HERE / "wethink.yaml"
RewardFunction = Callable[..., list["float | None"]]


@dataclass(frozen=True)
class Budget:
    """What `grpo.yaml` gives the verl run; the arms get the same."""

    steps: int
    prompts: int
    group: int
    learning_rate: float
    response_tokens: int

    @classmethod
    def read(cls, steps: int | None, group: int | None = None) -> Budget:
        """Another group size changes the prompts a step, so that the answers a step stay; ValueError if they can't."""
        settings = yaml.safe_load((HERE / "grpo.yaml").read_text(encoding="utf-8"))
        data, model = settings["data"], settings["actor_rollout_ref"]
        answers = data["train_batch_size"] * model["rollout"]["n"]
        group = group or model["rollout"]["n"]
        if answers % group:
            raise ValueError(f"--group {group}: {answers} answers a step (grpo.yaml) can't be split into such groups")
        return cls(
            steps or settings["trainer"]["total_training_steps"],
            answers // group,
            group,
            float(model["actor"]["optim"]["lr"]),
            data["max_response_length"],
        )


def train(
    make: Callable[[list[dict[str, Any]]], RewardFunction],
    model: Path,
    rows_file: Path,
    out: Path,
    seed: int,
    budget: Budget,
    callbacks_for: Callable[[Any], Sequence[Any]] = lambda processor: (),
) -> None:
    """Train and save model and processor to `out`; `make` gets the rows' ids and answers."""
    import torch
    from datasets import load_dataset
    from transformers import AutoConfig, AutoProcessor
    from trl import GRPOConfig, GRPOTrainer

    torch.set_num_threads(2)
    processor = AutoProcessor.from_pretrained(model)
    processor.tokenizer.padding_side = "left"
    config = AutoConfig.from_pretrained(model)
    rows = load_dataset("parquet", data_files=str(rows_file), split="train", cache_dir=str(out / "cache"))
    batch = budget.prompts * budget.group
    accumulation = 4 if batch % 4 == 0 else 1
    settings = GRPOConfig(
        output_dir=str(out / "trainer"),
        use_cpu=True, bf16=False, fp16=False, gradient_checkpointing=False, dataloader_num_workers=0,
        per_device_train_batch_size=batch // accumulation, gradient_accumulation_steps=accumulation, num_generations=budget.group,
        max_completion_length=budget.response_tokens, max_steps=budget.steps, learning_rate=budget.learning_rate,
        lr_scheduler_type="cosine", beta=0.0, temperature=1.0, seed=seed, shuffle_dataset=True, logging_steps=4,
        save_strategy="no", report_to="none", model_init_kwargs={"dtype": "float32", "attn_implementation": "sdpa"},
        generation_kwargs={"suppress_tokens": [config.image_token_id, config.video_token_id]},
    )  # fmt: skip
    reward = make(rows.select_columns(["row_id", "answer"]).to_list())
    trainer = GRPOTrainer(
        model=str(model), reward_funcs=reward, args=settings, train_dataset=rows, processing_class=processor,
        callbacks=list(callbacks_for(processor)),
    )  # fmt: skip
    trainer.train()
    trainer.save_model(str(out / "model"))
    processor.save_pretrained(out / "model")
