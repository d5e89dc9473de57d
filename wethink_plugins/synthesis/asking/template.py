"""Prompt files: Jinja templates that a person can read, each with a comment on its purpose.

Texts that models wrote are put in by the filter `quoted`, so that none can pass for the prompt itself (see `fence`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from wethink_plugins.errors import ConfigError
from wethink_plugins.fence import code_for, fenced


class Template:
    """One prompt. `digest` is of the file's text and of what it includes: it stands in each row's provenance."""

    def __init__(self, name: str, file: str | Path | None = None) -> None:
        """ConfigError where the file can't be read or is no template."""
        self.name, self.file = name, file
        text = _read(name, file)
        self.digest = hashlib.sha256((text + _builtin("quoting")).encode()).hexdigest()[:12]
        self._template = _compiled(text, file or f"{name}.txt")

    def render(self, **fields: Any) -> str:
        """ConfigError for a name that the prompt uses and the stage doesn't give."""
        from jinja2 import UndefinedError

        try:
            return str(self._template.render(**fields, code=code_for(*_texts(fields)))).strip()
        except UndefinedError as error:
            raise ConfigError(
                f"{error}", fix=f"it is given: {', '.join(fields)}", file=self.file or self.name
            ) from None


def _compiled(text: str, file: object) -> Any:
    from jinja2 import DictLoader, StrictUndefined, TemplateSyntaxError
    from jinja2.sandbox import SandboxedEnvironment

    environment = SandboxedEnvironment(
        loader=DictLoader({"quoting": _builtin("quoting")}),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
    )
    environment.filters["quoted"] = lambda value, name, code: fenced(name, code, str(value))
    try:
        return environment.from_string(text)
    except TemplateSyntaxError as error:
        raise ConfigError(f"line {error.lineno}: {error.message}", fix="repair the template", file=file) from None


def _read(name: str, file: str | Path | None) -> str:
    if file is None:
        return _builtin(name)
    try:
        return Path(file).expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"the prompt can't be read: {error}", fix="check the path", file=file) from None


def _builtin(name: str) -> str:
    return files("wethink_plugins.synthesis").joinpath("prompts").joinpath(f"{name}.txt").read_text(encoding="utf-8")


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        value = list(value.values())
    elif hasattr(value, "model_dump"):
        value = list(value.model_dump().values())
    return [text for one in value for text in _texts(one)] if isinstance(value, list | tuple) else []
