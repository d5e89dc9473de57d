"""Run by test_trl.py inside the environment of TRL: `trl_run.py TASK good|dead`."""

import sys
from pathlib import Path

from datasets import Dataset, Image
from transformers import AutoProcessor
from trl import GRPOConfig, GRPOTrainer

from wethink_plugins import HybridReward
from wethink_plugins.adapters.trl import make_reward
from wethink_plugins.config import WeThinkConfig
from wethink_plugins.datasets.exporters.trl import trl_rows
from wethink_plugins.datasets.validate import validate
from wethink_plugins.errors import Unscored


class DeadJudge:
    name = "dead"

    async def judge(self, sample, answer):
        raise Unscored("connection refused")


def main(task: Path, judge: str) -> None:
    config = WeThinkConfig.load(task / "wethink.yaml")
    rows = validate(task / "data/train.jsonl", images=task / "data", config=config).rows
    if judge == "dead":
        rows = [row for row in rows if row.question_type == "descriptive"]
    dataset = Dataset.from_list(list(trl_rows(rows[:64]))).cast_column("image", Image())
    reward = HybridReward.from_config(task / "wethink.yaml", judge=DeadJudge() if judge == "dead" else None)
    processor = AutoProcessor.from_pretrained(task / "model")
    processor.tokenizer.padding_side = "left"
    settings = GRPOConfig(
        output_dir=str(task / "trl"), use_cpu=True, bf16=False, per_device_train_batch_size=16, num_generations=4,
        max_completion_length=24, max_steps=2, logging_steps=1, save_strategy="no", report_to="none", beta=0.0,
        gradient_checkpointing=False, model_init_kwargs={"dtype": "float32", "attn_implementation": "sdpa"},
    )  # fmt: skip
    if judge == "dead":  # an untrained model answers nothing, and nothing answered asks no judge
        original, answered = reward.score_batch, "<think>a</think><answer>a story</answer>"
        reward.score_batch = lambda samples: original([replace_response(sample, answered) for sample in samples])
    trainer = GRPOTrainer(
        model=str(task / "model"), reward_funcs=make_reward(reward=reward), args=settings, train_dataset=dataset,
        processing_class=processor,
    )  # fmt: skip
    trainer.train()
    print("STEPS", trainer.state.global_step)


def replace_response(sample, response):
    from dataclasses import replace

    return replace(sample, response=response)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
