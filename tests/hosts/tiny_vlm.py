"""Run in the environment `vllm`: `tiny_vlm.py FOLDER` builds a Qwen2.5-VL of random weights that vLLM can serve.

What it says means nothing. It shows that pictures go in, and that what a server constrains comes out and can be read.
"""

import sys
from pathlib import Path

import tiny_model  # recipes/cpu

import wethink_plugins.synthesis

LONGEST = 16384
PROMPTS = Path(wethink_plugins.synthesis.__file__).parent / "prompts"


def main(folder: Path) -> None:
    tiny_model.MAX_TOKENS, tiny_model.VOCABULARY = LONGEST, 2000
    texts = [file.read_text(encoding="utf-8") for file in sorted(PROMPTS.glob("*.txt"))]
    roles = ("system", "user", "assistant")
    tokenizer = tiny_model.build_tokenizer(iter([f"{role}\n{text}" for text in texts for role in roles] * 2))
    tiny_model.build_model(tiny_model.build_config(tokenizer), seed=0).save_pretrained(folder)
    tiny_model.build_processor(tokenizer).save_pretrained(folder)
    print(tokenizer.convert_tokens_to_ids('"'))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
