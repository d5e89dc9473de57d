"""The real llamafactory-cli trains on what our exporter writes."""

import json

import pytest

from tests.hosts.conftest import RECIPE, export

pytestmark = pytest.mark.host


def test_supervised_warm_start(sft, grpo, task):
    folder = export(grpo, task, "llamafactory", "warm.jsonl", "lf")
    name = next(iter(json.loads((folder / "dataset_info.json").read_text())))
    out = task / "sft"
    done = sft.run(
        "llamafactory-cli", "train", RECIPE / "sft.yaml", f"model_name_or_path={task / 'model'}", f"dataset_dir={folder}",
        f"dataset={name}", f"output_dir={out}", "max_steps=2", "warmup_steps=1", "per_device_train_batch_size=4", "logging_steps=1",
    )  # fmt: skip
    assert "train_loss" in done.stdout
    assert (out / "model.safetensors").exists()
    assert "Dropped invalid example" not in done.stdout
    prompt = (task / "prompt.txt").read_text().strip()
    assert prompt.splitlines()[0] in done.stdout, (
        "LLaMA-Factory prints its first example: our system prompt isn't in it"
    )
