"""`reference/configuration/`: every key of both YAMLs with its default and what it does, from the models that read them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from pages.table import code, table, text
from wethink_plugins.cli.config_text import config_text
from wethink_plugins.config import WeThinkConfig
from wethink_plugins.synthesis.config import SynthesisConfig
from wethink_plugins.synthesis.stages import STAGES

FOLDER = "reference/configuration"
_REWARD = """\
# The reward's YAML

One file for every trainer: `--config FILE`, or the file that the variable `WETHINK_CONFIG` names. Every key is optional.
An unknown key is an error that names the nearest known one. `wethink recipe show config` prints the whole file.
"""
_SYNTHESIS = """\
# The synthesis YAML

What `wethink synth run` is given. `models`, `roles` and `stages` are needed, all else is optional. A stage's own keys
are at the end. Complete files: [data_tools/synthesis](../../data_tools/synthesis/README.md).
"""


def pages() -> dict[str, str]:
    """Path on the site -> Markdown."""
    whole = f"\n## The whole file\n\nWith its defaults.\n\n```yaml\n{config_text()}```\n"
    return {
        f"{FOLDER}/index.md": _REWARD + "".join(_sections(WeThinkConfig, "")) + whole,
        f"{FOLDER}/synthesis.md": _SYNTHESIS + "".join(_sections(SynthesisConfig, "")) + _stages(),
    }


def _sections(model: type[BaseModel], path: str, about: str = "") -> Iterator[str]:
    """A heading and a table for a section, then those inside it."""
    if path:
        yield f"\n## `{path}` {{ #{_anchor(path)} }}\n\n{text(about)}\n\n"
    keys = model.model_fields
    yield "\n" + table(("key", "value", "default", "what it does"), (_row(path, key, keys[key]) for key in keys))
    for name, field in keys.items():
        inner, many = _model_in(field)
        if inner is not None:
            yield from _sections(inner, f"{path}.{name}{many}".lstrip("."), field.description or "")


def _row(path: str, key: str, field: FieldInfo) -> tuple[str, ...]:
    inner, many = _model_in(field)
    whole = f"{path}.{key}".lstrip(".")
    name = f"[{code(key)}](#{_anchor(whole + many)})" if inner else f'<span id="{_anchor(whole)}">{code(key)}</span>'
    return name, text(_kind(field)), _default(field, inner), text(field.description or "")


def _anchor(path: str) -> str:
    return path.replace("[]", "").replace(".*", "")


def _model_in(field: FieldInfo) -> tuple[type[BaseModel] | None, str]:
    """The section that a key holds, and how it is written that there are many: [] in a list, .* by name."""
    kinds = [field.annotation, *get_args(field.annotation)]
    found = next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), None)
    many = {list: "[]", dict: ".*"}.get(get_origin(field.annotation), "")
    return found, many if found else ""


def _kind(field: FieldInfo) -> str:
    """What may stand there, with its range."""
    limits = [
        f"{sign}\u00a0{getattr(one, name)}" for one in _metadata(field) for name, sign in _SIGNS if hasattr(one, name)
    ]
    return " ".join([_name(field.annotation), *dict.fromkeys(limits)])


_SIGNS = (("gt", ">"), ("ge", "≥"), ("lt", "<"), ("le", "≤"))
_NAMES = {str: "text", int: "whole number", float: "number", bool: "true, false", type(None): "null", Any: "anything"}


def _metadata(field: FieldInfo) -> list[Any]:
    """Of the key and of what is in its union: `Positive | None` keeps its limit inside."""
    inner = [part for kind in get_args(field.annotation) for part in getattr(kind, "__metadata__", ())]
    flat = [*field.metadata, *inner]
    return [*flat, *(one for part in flat if isinstance(part, FieldInfo) for one in part.metadata)]


def _name(kind: Any) -> str:
    if kind in _NAMES:
        return _NAMES[kind]
    if hasattr(kind, "__metadata__"):
        return _name(get_args(kind)[0])
    origin, parts = get_origin(kind), get_args(kind)
    if origin is list:
        return f"list of {_name(parts[0])}"
    if origin is dict:
        return f"{_name(parts[0])} → {_name(parts[1])}"
    if isinstance(kind, type):
        return "section" if issubclass(kind, BaseModel) else kind.__name__
    return ", ".join(part if isinstance(part, str) else _name(part) for part in parts)


def _default(field: FieldInfo, inner: type[BaseModel] | None) -> str:
    if field.is_required():
        return "needed"
    value = field.get_default(call_default_factory=True)
    if inner is not None and isinstance(value, BaseModel):
        return ""
    if value is PydanticUndefined:
        return ""
    return code(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _stages() -> str:
    made = ["\n## Keys of the stages { #stages-own }\n\n`- NAME: {key: value}`, beside `role` and `prompts`.\n"]
    for name, stage in STAGES.items():
        keys = stage.Options.model_fields
        rows = [_row(f"stage.{name}", key, keys[key]) for key in keys]
        own = table(("key", "value", "default", "what it does"), rows) if rows else "No keys of its own.\n"
        made.append(f"\n### `{name}` {{ #stage.{name} }}\n\n{_first(stage.__doc__)}\n\n{own}")
    return "".join(made)


def _first(docstring: str | None) -> str:
    return text(" ".join((docstring or "").split("\n\n")[0].split()))
