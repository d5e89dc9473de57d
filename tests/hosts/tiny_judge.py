"""Run in the environment `vllm`: `tiny_judge.py FOLDER` builds a text model of random weights that vLLM can serve.

Its verdicts mean nothing. It shows that what a server constrains can be read, whatever the model would rather say.
"""

import sys
from pathlib import Path

import torch
from tiny_model import build_tokenizer  # recipes/cpu
from transformers import Qwen2Config, Qwen2ForCausalLM

from wethink_plugins.rewards.judge.prompt import judge_prompt

LONGEST = 8192


def main(folder: Path) -> None:
    text = judge_prompt("default").filled({"question": "", "reference": "", "answer": ""})
    tokenizer = build_tokenizer(iter([f"system\n{text}", f"user\n{text}", f"assistant\n{text}"] * 2))
    token = tokenizer.convert_tokens_to_ids
    config = Qwen2Config(
        vocab_size=(len(tokenizer) + 15) // 16 * 16,
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=2,  # 32 wide each: vLLM's attention on a CPU takes no narrower ones
        num_key_value_heads=2,
        max_position_embeddings=LONGEST,
        tie_word_embeddings=True,
        eos_token_id=token("<|im_end|>"),
        pad_token_id=token("<|endoftext|>"),
        bos_token_id=None,
    )
    torch.manual_seed(0)
    Qwen2ForCausalLM(config).float().save_pretrained(folder)
    tokenizer.model_max_length = LONGEST
    tokenizer.save_pretrained(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
