"""EasyR1's RLHFDataset over each file or folder of rows, as JSON: what came of each row, or its error.

python load_rows.py MODEL PATH...
"""

import json
import sys
from pathlib import Path

from transformers import AutoProcessor, AutoTokenizer
from verl.utils.dataset import RLHFDataset, collate_fn

LIMIT = 512


def report(path, tokenizer, processor):
    """Rows as [envelope's id or answer, tokens, picture tokens, tokens before the cut]."""
    pad = tokenizer.convert_tokens_to_ids("<|image_pad|>")
    try:
        rows = RLHFDataset(
            str(path), tokenizer, processor, max_prompt_length=LIMIT, truncation="right", filter_overlong_prompts=False,
        )  # fmt: skip
        items = [rows[i] for i in range(len(rows))]
        collate_fn(items)
    except Exception as error:  # noqa: BLE001  whatever the host raises is the answer
        return {"error": f"{type(error).__name__}: {error}"[:300]}
    return {"rows": [_row(item, rows.dataset[i], pad, tokenizer) for i, item in enumerate(items)]}


def _row(item, raw, pad, tokenizer):
    text = raw["prompt"].replace("<image>", "")
    return {
        "id": item.get("id"), "tokens": int(item["attention_mask"].sum()), "pads": int((item["input_ids"] == pad).sum()),
        "question": len(tokenizer(text)["input_ids"]), "truth": item["ground_truth"],
    }  # fmt: skip


def main():
    model, *paths = sys.argv[1:]
    made = AutoTokenizer.from_pretrained(model), AutoProcessor.from_pretrained(model)
    found = {Path(path).name: report(path, *made) for path in paths}
    print("\n" + json.dumps(found))


if __name__ == "__main__":
    main()
