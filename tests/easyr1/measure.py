"""Compares our token counts with the real processor's: `python measure.py MODEL ROWS.json TEMPLATE`.

ROWS: [[width, height, min_pixels, max_pixels, question], ...]; images are made here. Prints [ours, theirs] a row.
"""

import json
import sys
import tempfile
from pathlib import Path

from PIL import Image
from transformers import AutoProcessor
from verl.utils.dataset import process_image

from wethink_plugins.datasets.exporters.render import question_text
from wethink_plugins.datasets.prompt_length import PromptLengths
from wethink_plugins.rows import Row


def main():
    model, rows, template = sys.argv[1], json.loads(Path(sys.argv[2]).read_text()), Path(sys.argv[3]).read_text()
    processors = [AutoProcessor.from_pretrained(model, use_fast=fast) for fast in (True, False)]
    print("\n" + json.dumps([pair for case in rows for pair in compare(model, processors, template, *case)]))


def compare(model, processors, template, sizes, least, most, question):
    """One pair a processor; EasyR1's own scaling comes first."""
    with tempfile.TemporaryDirectory() as folder:
        files = [str(Path(folder) / f"{i}.jpg") for i in range(len(sizes))]
        for file, size in zip(files, sizes, strict=True):
            Image.new("RGB", size, "green").save(file)
        row = Row(
            id="a", problem=question, answer="x", category="", question_type="fill_in_blank",
            image_path=tuple(files), image_files=tuple(files),
        )  # fmt: skip
        ours = PromptLengths.of_model(model, "wethink", 9**9, least, most).tokens(row)
        content = [*({"type": "image"} for _ in files), {"type": "text", "text": question_text(row)}]
        for processor in processors:
            turns = [{"role": "user", "content": content}]
            prompt = processor.apply_chat_template(
                turns, chat_template=template, add_generation_prompt=True, tokenize=False
            )
            images = [process_image(file, least, most) for file in files] or None
            theirs = processor(images, [prompt], add_special_tokens=False, return_tensors="pt")["input_ids"].size(-1)
            yield [ours, theirs]


if __name__ == "__main__":
    main()
