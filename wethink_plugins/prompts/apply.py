"""Writes the system prompt into an exported model, so that it is asked the way it was trained.

EasyR1 saves checkpoints with the model's original chat template (fsdp_workers.py loads it without the override).
"""

from __future__ import annotations

import json
from pathlib import Path

from wethink_plugins.datasets.write import write_text
from wethink_plugins.errors import WeThinkError
from wethink_plugins.model_folder import chat_template, chat_templates, default_of, read_json, special_tokens
from wethink_plugins.prompts.chat_template import render, with_system_prompt

EXAMPLE = [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "QUESTION"}]}]


def template_for(folder: Path, prompt: str) -> str:
    """The model's own chat template with the prompt. Raises WeThinkError."""
    return with_system_prompt(chat_template(folder), prompt, special_tokens(folder))


def example(folder: Path, template: str) -> str:
    """What the model reads of a question with one image."""
    return render(template, EXAMPLE, special_tokens(folder))


def apply_to(folder: Path, prompt: str) -> list[Path]:
    """Changes every template in the folder and returns the files; done twice, nothing changes any more.

    WeThinkError, with nothing written, for a link (the hub's cache, which other models share) or a template that takes
    no system prompt.
    """
    tokens, found = special_tokens(folder), chat_templates(folder)
    if not found:
        chat_template(folder)
    for file in found:
        if file.is_symlink():
            raise WeThinkError("is a link, as in the hub's cache", fix="copy the model into a folder first", file=file)
    made = {file: with_system_prompt(template, prompt, tokens) for file, template in found.items()}
    for file, template in made.items():
        write_text(file, template if file.suffix == ".jinja" else _in_json(file, template))
    return list(made)


def _in_json(file: Path, template: str) -> str:
    content = read_json(file)
    entry = content["chat_template"]
    if isinstance(entry, list):
        for named in entry:
            if named.get("template") == default_of(entry) and named.get("name") == "default":
                named["template"] = template
    else:
        content["chat_template"] = template
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
