"""Build the demo's judge from nothing: a text model of 0.4 million parameters and its tokenizer.

    python recipes/cpu/judge_model.py --rows runs/demo/judge-data/judge.jsonl --out runs/demo/judge-base

A Qwen2, so that LLaMA-Factory trains and serves it as any other.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import torch
from tiny_model import END_OF_TURN, MAX_TOKENS, PADDING, build_tokenizer
from transformers import GenerationConfig, Qwen2Config, Qwen2ForCausalLM


def read_turns(file: Path) -> Iterator[str]:
    for line in file.read_text(encoding="utf-8").splitlines():
        yield from (f"{turn['role']}\n{turn['content']}" for turn in json.loads(line)["messages"])


def build_judge(file: Path, seed: int, out: Path) -> int:
    """Write model and tokenizer; returns the number of parameters."""
    tokenizer = build_tokenizer(read_turns(file))
    end, padding = (tokenizer.convert_tokens_to_ids(token) for token in (END_OF_TURN, PADDING))
    config = Qwen2Config(
        vocab_size=(len(tokenizer) + 15) // 16 * 16,
        hidden_size=96,
        intermediate_size=256,
        num_hidden_layers=3,
        num_attention_heads=4,
        num_key_value_heads=4,
        max_position_embeddings=MAX_TOKENS,
        tie_word_embeddings=True,
        initializer_range=0.06,  # as in tiny_model.py
        bos_token_id=padding,
        eos_token_id=end,
        pad_token_id=padding,
    )
    torch.manual_seed(seed)
    model = Qwen2ForCausalLM(config).float()
    model.generation_config = GenerationConfig(eos_token_id=[end, padding], pad_token_id=padding, do_sample=False)
    model.save_pretrained(out)
    tokenizer.save_pretrained(out)
    return model.num_parameters()


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=Path, required=True, help="the pairs, as LLaMA-Factory reads them")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    print(f"wrote {arguments.out}: {build_judge(arguments.rows, arguments.seed, arguments.out):,} parameters")


if __name__ == "__main__":
    main()
