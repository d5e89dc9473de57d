"""transformers' own generation, one row at a time, as its model cards show it: `generate_peer.py MODEL ROWS PROMPT COUNT`.

Prints a JSON object from id to text. Nothing of this project is used.
"""

import json
import sys
from pathlib import Path

import torch
from PIL import Image
from transformers import AutoModelForImageTextToText, AutoProcessor


def main():
    model_path, rows, prompt, count = (
        sys.argv[1],
        Path(sys.argv[2]),
        Path(sys.argv[3]).read_text().rstrip("\n"),
        sys.argv[4],
    )
    processor = AutoProcessor.from_pretrained(model_path)
    model = AutoModelForImageTextToText.from_pretrained(model_path, dtype=torch.float32).eval()
    texts = {}
    for line in rows.read_text().splitlines()[: int(count)]:
        row = json.loads(line)
        image = Image.open(rows.parent / row["image_path"])
        content = [{"type": "image", "image": image}, {"type": "text", "text": row["problem"]}]
        turns = [
            {"role": "system", "content": [{"type": "text", "text": prompt}]},
            {"role": "user", "content": content},
        ]
        inputs = processor.apply_chat_template(
            turns, tokenize=True, add_generation_prompt=True, return_dict=True, return_tensors="pt"
        )
        with torch.inference_mode():
            tokens = model.generate(**inputs, do_sample=False, max_new_tokens=40)
        texts[row["id"]] = processor.decode(tokens[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True)
    print(json.dumps(texts))


if __name__ == "__main__":
    main()
