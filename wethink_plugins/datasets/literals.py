"""Texts that a host or a tokenizer would take for something else than text."""

from __future__ import annotations

import re

MEDIA_TAGS = ("<image>", "<video>", "<audio>")
FORMAT_TAGS = ("<think>", "</think>", "<answer>", "</answer>")
# The special tokens of Qwen2-VL to Qwen3-VL tokenizers (tokenizer_config.json, added_tokens_decoder): hosts encode
# them as control tokens wherever they stand.
CONTROL_TOKENS = (
    *("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|object_ref_start|>", "<|object_ref_end|>", "<|box_start|>"),
    *("<|box_end|>", "<|quad_start|>", "<|quad_end|>", "<|vision_start|>", "<|vision_end|>", "<|vision_pad|>"),
    *("<|image_pad|>", "<|video_pad|>", "<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>", "<|fim_pad|>"),
    *("<|repo_name|>", "<|file_sep|>"),
)
_SURROGATE = re.compile("[\ud800-\udfff]")


def literal_fault(text: str) -> tuple[str, str]:
    """The defect's name and what is wrong, both empty for a text that is fine."""
    for defect, tokens in (("media_tag", MEDIA_TAGS), ("control_token", CONTROL_TOKENS)):
        if found := next((token for token in tokens if token in text), ""):
            return defect, f"holds a literal {found}"
    fault = surrogate_fault(text)
    return ("unwritable_text", fault) if fault else ("", "")


def surrogate_fault(text: str) -> str:
    """Half a surrogate pair (JSON's \\ud800 alone) and NUL can be in a Python string, but in no file or path."""
    if "\0" in text:
        return "holds a NUL character"
    return "holds half a surrogate pair" if _SURROGATE.search(text) else ""


def format_tag_in(text: str) -> str:
    """The first think/answer tag in the text, or nothing."""
    return next((tag for tag in FORMAT_TAGS if tag in text), "")
