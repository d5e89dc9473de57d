"""What is put to a judge about one answer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from wethink_plugins.endpoints.call import Call, Reply
from wethink_plugins.fence import code_for, fenced
from wethink_plugins.rewards.judge.images import data_urls
from wethink_plugins.rewards.judge.prompt import JudgePrompt
from wethink_plugins.rewards.judge.tiers import TIERS
from wethink_plugins.sample import Sample

# The whole reply is one of four texts. Without the `enum` at the root, a grammar made of this allows white space between
# its parts without end, and a model that likes line feeds writes them until it is cut off.
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {"verdict": {"type": "string", "enum": list(TIERS)}},
    "required": ["verdict"],
    "additionalProperties": False,
    "enum": [{"verdict": tier} for tier in TIERS],
}
_AGAIN = "Your last reply held no verdict that could be read. Reply with the verdict alone, as said above."
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def text_for(prompt: JudgePrompt, sample: Sample, answer: str) -> str:
    """The same for the same sample, so that the call store knows it again.

    The answer's code depends on all texts, the one of the others on these alone, unless the answer holds it: so the
    prompts of a group begin alike, and a server that caches prefixes reads question and reference once.
    """
    question = _with_options(sample)
    code = code_for(question, sample.answer, avoid=answer)
    fields = {
        "question": fenced("QUESTION", code, question),
        "reference": fenced("REFERENCE", code, sample.answer),
        "answer": fenced("ANSWER", code_for(question, sample.answer, answer), answer),
    }
    return prompt.filled(fields)


async def call_for(
    prompt: JudgePrompt, sample: Sample, answer: str, max_tokens: int, constrain: bool, with_images: bool
) -> Call:
    """Raises Unscored for images that can't be read. `sample.meta["salt"]` asks anew what was asked before."""
    content: Any = text_for(prompt, sample, answer)
    if with_images and sample.images:
        urls = await asyncio.to_thread(data_urls, sample.images)
        content = [{"type": "text", "text": content}, *({"type": "image_url", "image_url": {"url": u}} for u in urls)]
    return Call(
        messages=({"role": "user", "content": content},),
        max_tokens=max_tokens,
        schema=SCHEMA if constrain else None,
        salt=str(sample.meta.get("salt", "")),
    )


def asked_again(call: Call, reply: Reply) -> Call:
    """With a reminder, and with more room where the reply was cut off."""
    (message,) = call.messages
    content = message["content"]
    parts = [{"type": "text", "text": content}] if isinstance(content, str) else [*content]
    more = [*parts, {"type": "text", "text": _AGAIN}]
    return replace(
        call,
        messages=({**message, "content": f"{content}\n\n{_AGAIN}" if isinstance(content, str) else more},),
        max_tokens=call.max_tokens * (2 if reply.finish_reason == "length" else 1),
        salt=f"{call.salt}again",
    )


def _with_options(sample: Sample) -> str:
    """An escalated choice: a letter means nothing to a judge that doesn't see the options."""
    if not sample.options or all(option in sample.question for option in sample.options):
        return sample.question
    lines = [f"{letter}. {option}" for letter, option in zip(_LETTERS, sample.options, strict=False)]
    return "\n".join([sample.question, *lines])
