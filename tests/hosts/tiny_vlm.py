"""Run in the environment `vllm`: `tiny_vlm.py FOLDER` builds a Qwen2.5-VL of random weights that vLLM can serve.

What it says means nothing. It shows that pictures go in, and that what a server constrains comes out and can be read.
Prints a `logit_bias` under which its replies are short: without one it would fill any string up to the limit.
"""

import json
import sys
from pathlib import Path

import tiny_model  # recipes/cpu

import wethink_plugins.synthesis

LONGEST = 16384
PROMPTS = Path(wethink_plugins.synthesis.__file__).parent / "prompts"
# A quote ends a string of JSON, so strings are some five tokens long; free text ends after some twenty.
BIAS = {'"': 4.5, tiny_model.END_OF_TURN: 3.0}


def main(folder: Path) -> None:
    tiny_model.MAX_TOKENS, tiny_model.VOCABULARY = LONGEST, 2000
    texts = [file.read_text(encoding="utf-8") for file in sorted(PROMPTS.glob("*.txt"))]
    roles = ("system", "user", "assistant")
    tokenizer = tiny_model.build_tokenizer(iter([f"{role}\n{text}" for text in texts for role in roles] * 2))
    tiny_model.build_model(tiny_model.build_config(tokenizer), seed=0).save_pretrained(folder)
    tiny_model.build_processor(tokenizer).save_pretrained(folder)
    bias = {str(tokenizer.convert_tokens_to_ids(token)): value for token, value in BIAS.items()}
    blank = {str(number): -100.0 for number in range(len(tokenizer)) if not tokenizer.decode([number]).strip()}
    print("BIAS", json.dumps(bias | {number: value for number, value in blank.items() if number not in bias}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
