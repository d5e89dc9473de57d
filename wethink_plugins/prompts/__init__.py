"""System prompts, by name or from a file."""

from __future__ import annotations

from pathlib import Path

from wethink_plugins.datasets.literals import literal_fault
from wethink_plugins.errors import ConfigError
from wethink_plugins.registry import lookup, registered


def system_prompt(name_or_file: str = "wethink") -> str:
    """The text of a registered prompt or of a text file, line breaks at its end removed.

    Other packages add theirs under the entry point group `wethink.prompts` (a string). Raises ConfigError when it is
    neither a name nor a readable, non-empty file.
    """
    file = Path(name_or_file).expanduser()
    if name_or_file in registered("prompts") or not file.is_file():
        return _text(lookup("prompts", name_or_file), name_or_file)
    try:
        return _text(file.read_text(encoding="utf-8-sig"), name_or_file)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"can't be read: {error}", fix="give a UTF-8 text file", file=file) from None


def _text(value: object, name: str) -> str:
    text = value.rstrip("\n") if isinstance(value, str) else ""
    if not text.strip():
        raise ConfigError(f"prompt {name!r} holds no text", fix="write it, or use the one named wethink")
    if fault := literal_fault(text)[1]:
        raise ConfigError(f"prompt {name!r} {fault}", fix="take it out: hosts would read it as a control token")
    return text
