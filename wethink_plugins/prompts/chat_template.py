"""Puts a system prompt into a model's own chat template, for a host that has no key for one.

EasyR1 trains with the question in the user turn alone, and takes `data.override_chat_template`. The template here is
the model's own under a head that adds the system turn to a conversation without one; one that has its own keeps it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from wethink_plugins.errors import WeThinkError

_START, _END = "{# wethink: system prompt #}", "{# wethink: end #}"
_IMAGE_TURN = {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "How many?"}]}
_TEXT_TURN = {"role": "user", "content": "How many?"}
_REPLY = {"role": "assistant", "content": "Three."}
_CONVERSATIONS: tuple[list[dict[str, Any]], ...] = (
    [_IMAGE_TURN],
    [_TEXT_TURN],
    [_TEXT_TURN, _REPLY, _TEXT_TURN],
)
Tokens = Mapping[str, str]


def with_system_prompt(template: str, prompt: str, tokens: Tokens | None = None) -> str:
    """The template with the prompt in place of the model's default, checked by rendering; the same if done twice.

    What it renders is, character by character, what the model's own template renders when it is given the prompt as a
    system turn. WeThinkError where that can't be had, as with a model that takes no system turn.
    """
    own = without_system_prompt(template)
    faults = []
    for content in (prompt, [{"type": "text", "text": prompt}]):
        made = f"{_head(content)}{own}"
        fault = _fault(made, own, prompt, content, tokens or {})
        if not fault:
            return made
        faults.append(fault)
    raise WeThinkError(f"the chat template takes no system prompt: {faults[0]}", fix="put it into the question instead")


def without_system_prompt(template: str) -> str:
    """The model's own template again."""
    head, end, own = template.partition(_END)
    return own if end and head.startswith(_START) else template


def render(template: str, messages: Sequence[Mapping[str, Any]], tokens: Tokens | None = None) -> str:
    """As transformers renders it for generation. Raises jinja2's TemplateError."""
    return str(compiled(template).render(messages=list(messages), add_generation_prompt=True, **(tokens or {})))


def compiled(template: str) -> Any:
    """In a sandbox, since a template comes with a model."""
    from jinja2.ext import loopcontrols
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols])
    environment.filters["tojson"] = lambda value, **options: json.dumps(value, ensure_ascii=False, **options)
    environment.globals["raise_exception"] = _refuse
    return environment.from_string(template)


def _refuse(reason: str) -> NoReturn:
    from jinja2 import TemplateError

    raise TemplateError(reason)


def _head(content: object) -> str:
    system = json.dumps({"role": "system", "content": content}, ensure_ascii=False)
    condition = "{%- if not messages or messages[0]['role'] != 'system' -%}"
    return f"{_START}{condition}{{%- set messages = [{system}] + messages -%}}{{%- endif -%}}{_END}"


def _fault(made: str, own: str, prompt: str, content: object, tokens: Tokens) -> str:
    """Empty, or in which way the made template doesn't do what it should."""
    from jinja2 import TemplateError

    system = {"role": "system", "content": content}
    other = {
        "role": "system",
        "content": "Be brief." if isinstance(content, str) else [{"type": "text", "text": "Be brief."}],
    }
    try:
        for turns in _CONVERSATIONS:
            shown, expected = render(made, turns, tokens), render(own, [system, *turns], tokens)
            if shown != expected or shown.count(prompt.strip()) != 1:
                return f"it renders {shown[:200]!r}"
            if render(made, [other, *turns], tokens) != render(own, [other, *turns], tokens):
                return "a system turn of a conversation's own is changed"
    except (TemplateError, TypeError, ValueError, KeyError) as error:
        return " ".join(str(error).split()) or type(error).__name__
    return ""
