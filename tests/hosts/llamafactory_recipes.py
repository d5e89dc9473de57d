"""Run in the environment `sft`: what LLaMA-Factory's own parser makes of each file that is given, or its error.

Without a GPU it refuses bf16 unless it is told `use_cpu`, and DeepSpeed, which isn't in that environment.
"""

import json
import sys

from llamafactory.hparams.parser import get_train_args
from omegaconf import OmegaConf

SHOWN = ("learning_rate", "num_train_epochs", "max_steps", "output_dir", "bf16", "seed")


def outcome(file):
    values = OmegaConf.to_container(OmegaConf.load(file))
    asked = values.pop("deepspeed", None)
    try:
        model, data, training, finetuning, _ = get_train_args({**values, "use_cpu": True})
    except (ValueError, TypeError, ImportError) as error:
        return {"error": f"{type(error).__name__}: {error}"}
    return {
        "deepspeed": asked,
        "model": model.model_name_or_path,
        "pixels": model.image_max_pixels,
        "data": [data.template, data.dataset_dir, data.dataset, data.cutoff_len],
        "finetuning": [finetuning.finetuning_type, finetuning.lora_rank, finetuning.freeze_vision_tower],
        **{name: getattr(training, name) for name in SHOWN},
    }


if __name__ == "__main__":
    print("\nFOUND " + json.dumps({file: outcome(file) for file in sys.argv[1:]}))
