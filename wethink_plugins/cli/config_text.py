"""The whole configuration as YAML: each key with its default, under a comment that says what it does."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any, get_args

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from wethink_plugins.config import WeThinkConfig

_HEAD = """\
# wethink_plugins: one configuration for every trainer. Every key is optional; what stands here are the defaults.
# Give it as --config FILE, or name it in the WETHINK_CONFIG environment variable (reward processes read that one).
"""
_WIDTH = 118


def config_text() -> str:
    """Loads back to the defaults."""
    return _HEAD + "".join(f"{line}\n" for line in _section(WeThinkConfig(), 0))


def _section(section: BaseModel, depth: int) -> Iterator[str]:
    pad = "  " * depth
    for name, field in type(section).model_fields.items():
        if depth == 0:
            yield ""
        yield from _comment(field.description or "", pad)
        value = getattr(section, name)
        if isinstance(value, BaseModel):
            yield f"{pad}{name}:"
            yield from _section(value, depth + 1)
        else:
            yield f"{pad}{name}: {_flow(value)}"
            yield from _example(field, pad)


def _comment(text: str, pad: str) -> list[str]:
    return textwrap.wrap(
        text, _WIDTH, initial_indent=f"{pad}# ", subsequent_indent=f"{pad}#   ", break_long_words=False
    )


def _flow(value: Any) -> str:
    return (
        yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=10_000)
        .removesuffix("\n")
        .removesuffix("\n...")
    )


def _example(field: FieldInfo, pad: str) -> Iterator[str]:
    """For a list of sections, which is empty by default: what one entry may hold."""
    entry = next(
        (kind for kind in get_args(field.annotation) if isinstance(kind, type) and issubclass(kind, BaseModel)), None
    )
    for i, (name, inner) in enumerate(entry.model_fields.items() if entry else ()):
        default = "" if inner.is_required() else f" {_flow(inner.default)}"
        yield f"{pad}#   {'- ' if i == 0 else '  '}{name}:{default}  # {inner.description}"
