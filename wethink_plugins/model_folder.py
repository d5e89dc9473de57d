"""A model's folder: its chat template, and the texts of its special tokens. No model library is needed to read them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wethink_plugins.errors import WeThinkError

# Where transformers looks for a chat template, the first one that is there winning.
_PLAIN, _IN_JSON = "chat_template.jinja", ("chat_template.json", "tokenizer_config.json")
TEMPLATE_FILES = (_PLAIN, *_IN_JSON)


def model_folder(name: str | Path) -> Path:
    """A folder as it is; a hub name is looked up in the local cache, nothing is downloaded."""
    folder = Path(name).expanduser()
    if folder.is_dir():
        return folder
    if found := _cached(str(name)):
        return found
    raise WeThinkError("no such model folder", fix="give the folder that holds tokenizer_config.json", file=name)


def _cached(name: str) -> Path | None:
    try:
        from huggingface_hub import snapshot_download

        return Path(snapshot_download(name, local_files_only=True))
    except Exception:  # noqa: BLE001  not installed, no such name, not in the cache: all the same to us
        return None


def read_json(file: Path) -> dict[str, Any]:
    """Empty where there is no such file."""
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise WeThinkError(f"can't be read: {error}", fix="copy the model again", file=file) from None
    if not isinstance(value, dict):
        raise WeThinkError("is no JSON object", fix="copy the model again", file=file)
    return value


def chat_templates(folder: Path) -> dict[Path, str]:
    """File -> template, for each file that holds one, in the order in which transformers prefers them."""
    found: dict[Path, str] = {}
    plain = folder / _PLAIN
    if plain.is_file():
        found[plain] = plain.read_text(encoding="utf-8")
    for name in _IN_JSON:
        if template := default_of(read_json(folder / name).get("chat_template")):
            found[folder / name] = template
    return found


def chat_template(folder: Path) -> str:
    """WeThinkError where the model has none."""
    for template in chat_templates(folder).values():
        return template
    raise WeThinkError(
        "holds no chat template", fix=f"looked into {', '.join(TEMPLATE_FILES)}; is it an instruct model?", file=folder
    )


def default_of(value: object) -> str | None:
    """Of several named templates the one named `default`."""
    if isinstance(value, list):
        named = {entry.get("name"): entry.get("template") for entry in value if isinstance(entry, dict)}
        value = named.get("default")
    return value if isinstance(value, str) and value else None


def special_tokens(folder: Path) -> dict[str, str]:
    """bos_token and the like, which templates may name."""
    config = read_json(folder / "tokenizer_config.json")
    tokens = {name: _text(value) for name, value in config.items() if name.endswith("_token")}
    return {name: text for name, text in tokens.items() if text}


def _text(token: object) -> str:
    if isinstance(token, Mapping):
        token = token.get("content")
    return token if isinstance(token, str) else ""
