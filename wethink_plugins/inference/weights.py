"""Which weights lie in a folder: enough to notice that others lie there now."""

from __future__ import annotations

import hashlib
from pathlib import Path

from wethink_plugins.errors import WeThinkError
from wethink_plugins.model_folder import model_folder, read_json

_END = 1 << 20
_SUFFIXES = (".safetensors", ".bin", ".json", ".jinja")


def require_model(name: str) -> Path:
    """The folder of a model that can be loaded, before a library is. A hub name is looked up in the local cache only."""
    folder = model_folder(name)
    if not read_json(folder / "config.json"):
        found = ", ".join(sorted(entry.name for entry in folder.iterdir())[:5]) or "nothing"
        raise WeThinkError(f"holds no config.json (found {found})", fix="give the folder of a whole model", file=folder)
    if not any(folder.glob("*.safetensors")) and not any(folder.glob("*.bin")):
        raise WeThinkError("holds no weights (*.safetensors)", fix="merge or copy the checkpoint first", file=folder)
    return folder


def fingerprint(folder: Path) -> str:
    """Twelve hex digits over names, sizes and both ends (1 MB each) of the files that shape a response."""
    whole = hashlib.sha256()
    for file in sorted(file for file in folder.iterdir() if file.suffix in _SUFFIXES and file.is_file()):
        size = file.stat().st_size
        with file.open("rb") as data:
            head = data.read(_END)
            data.seek(max(size - _END, 0))
            whole.update(f"{file.name}\0{size}\0".encode() + head + data.read(_END))
    return whole.hexdigest()[:12]
