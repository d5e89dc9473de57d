"""What a model in this process reads: its own chat template, rendered by its own processor."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from wethink_plugins.errors import WeThinkError
from wethink_plugins.inference.chat import turns
from wethink_plugins.inference.request import Request
from wethink_plugins.inference.settings import Settings
from wethink_plugins.rewards.response import THINK_OPEN


def load_processor(folder: Path, settings: Settings) -> Any:
    """With the settings' pixel limits in place of the folder's. WeThinkError for a folder that can't be read."""
    from transformers import AutoProcessor

    limits = {"min_pixels": settings.min_pixels, "max_pixels": settings.max_pixels}
    try:
        return AutoProcessor.from_pretrained(folder, **{name: value for name, value in limits.items() if value})
    except Exception as error:  # tokenizers and template files raise what they like
        raise unreadable(folder, error) from error


def unreadable(folder: Path, error: Exception) -> WeThinkError:
    return WeThinkError(
        f"can't be loaded: {type(error).__name__}: {' '.join(str(error).split())[:300]}",
        fix="give a whole model in transformers' format; a trainer's checkpoint may have to be merged first",
        file=folder,
    )


def prompt_text(request: Request, settings: Settings, processor: Any) -> str:
    """Up to the assistant's turn. WeThinkError for a template that takes no system prompt, or leaves it out."""
    faults = []
    for plain in (True, False):
        messages = turns(request, settings.prompt, lambda _: {"type": "image"}, plain)
        try:
            text = str(processor.apply_chat_template(messages, tokenize=False, add_generation_prompt=True))
        except Exception as error:  # noqa: BLE001  a template raises what it likes
            faults.append(f"{type(error).__name__}: {error}")
            continue
        if settings.prompt.strip() in text:
            return text
        faults.append("it leaves the prompt out")
    raise WeThinkError(
        f"the model's chat template takes no system prompt ({faults[0]})", fix="see `wethink prompt`", row=request.id
    )


def style_of(settings: Settings, processor: Any) -> str:
    """think_open where the template itself opens the thinking; else as set."""
    text = prompt_text(Request("", "?"), settings, processor)
    return "think_open" if settings.style == "wethink" and text.rstrip().endswith(THINK_OPEN) else settings.style
