"""Prints, for each row of an export, the number of tokens that EasyR1's own dataset makes of it, and its placeholders.

python lengths.py CONFIG.yaml
"""

import json
import sys

from host_config import config_from
from verl.trainer.data_loader import create_dataloader
from verl.utils.tokenizer import get_processor, get_tokenizer

config = config_from(sys.argv[1:])
model, template = config.worker.actor.model.model_path, config.data.override_chat_template
tokenizer = get_tokenizer(model, override_chat_template=template, use_fast=True)
processor = get_processor(model, override_chat_template=template, use_fast=True)
train, _ = create_dataloader(config.data, tokenizer, processor)
pad = tokenizer.convert_tokens_to_ids("<|image_pad|>")
rows = [train.dataset[i] for i in range(len(train.dataset))]
found = {
    row["id"]: [int(row["attention_mask"].sum()), int((row["input_ids"] == pad).sum()), tokenizer.decode(row["raw_prompt_ids"])]
    for row in rows
}  # fmt: skip
batch = next(iter(train))
found["batch"] = {key: list(getattr(value, "shape", [])) for key, value in batch.items()}
print("\n" + json.dumps(found))
