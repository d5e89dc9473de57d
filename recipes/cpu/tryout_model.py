"""A folder that looks like a Qwen2.5-VL to whatever reads tokenizer, chat template and picture limits: no weights in it.

    python recipes/cpu/tryout_model.py --rows tryout/train.jsonl --out tryout/model

For trying `--model` and `wethink doctor` where no model is at hand; a training wants a real one. The tokenizer is a byte-level
BPE over the rows' texts. Needs `tokenizers`, which every trainer has.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

END, PADDING = "<|im_end|>", "<|endoftext|>"
SPECIAL = (PADDING, "<|im_start|>", END, "<|vision_start|>", "<|vision_end|>", "<|vision_pad|>", "<|image_pad|>", "<|video_pad|>")  # fmt: skip
TEMPLATE = """\
{%- for message in messages -%}
{%- if loop.first and message.role != 'system' -%}
<|im_start|>system
You are a stand-in.<|im_end|>
{% endif -%}
<|im_start|>{{ message.role }}
{% if message.content is string %}{{ message.content }}{% else %}{% for part in message.content %}
{%- if part.type == 'image' %}<|vision_start|><|image_pad|><|vision_end|>
{%- elif part.type == 'text' %}{{ part.text }}{% endif %}
{%- endfor %}{% endif %}<|im_end|>
{% endfor -%}
{%- if add_generation_prompt -%}
<|im_start|>assistant
{% endif -%}"""
PATCHES = {"patch_size": 14, "merge_size": 2, "temporal_patch_size": 2}


def tokenizer_json(texts: Iterable[str]) -> str:
    """As `tokenizer.json` has it."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=600, initial_alphabet=alphabet, show_progress=False)
    made.train_from_iterator(texts, trainer)
    made.add_special_tokens(list(SPECIAL))
    return made.to_str()


def files(texts: Iterable[str]) -> dict[str, str]:
    """Name -> content."""
    limits = {"min_pixels": 3136, "max_pixels": 12845056}
    values: dict[str, dict[str, Any]] = {
        "config.json": {"model_type": "qwen2_5_vl", "architectures": ["Qwen2_5_VLForConditionalGeneration"]},
        "tokenizer_config.json": {
            "tokenizer_class": "Qwen2Tokenizer", "eos_token": END, "pad_token": PADDING, "unk_token": None,
            "model_max_length": 32768, "chat_template": TEMPLATE, "processor_class": "Qwen2_5_VLProcessor",
        },
        "preprocessor_config.json": {
            **PATCHES, **limits, "image_processor_type": "Qwen2VLImageProcessor", "processor_class": "Qwen2_5_VLProcessor",
        },
    }  # fmt: skip
    written = {name: json.dumps(value, indent=1) for name, value in values.items()}
    return {**written, "tokenizer.json": tokenizer_json(texts)}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=Path, required=True, help="JSONL whose texts the tokenizer learns")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    rows = [json.loads(line) for line in arguments.rows.read_text(encoding="utf-8").splitlines()]
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name, content in files(f"{row['problem']} {row['answer']}" for row in rows).items():
        (arguments.out / name).write_text(content, encoding="utf-8")
    print(f"wrote {arguments.out}: tokenizer, chat template and picture limits of a Qwen2.5-VL, and no weights")


if __name__ == "__main__":
    main()
