"""Says beside an exported file where it came from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wethink_plugins import __version__
from wethink_plugins.datasets.write import write_text


def manifest_path(out: Path) -> Path:
    """`train.parquet` -> `train.manifest.json`, in the same folder."""
    return out.with_suffix(".manifest.json")


def write_manifest(out: Path, source: Path, host: str, counts: Mapping[str, Any], settings: Mapping[str, Any]) -> Path:
    """Source and output with their SHA-256, counts and settings; no times and no folders, so it is deterministic."""
    content = {
        "wethink_plugins": __version__,
        "host": host,
        "source": {"file": source.name, "sha256": file_sha256(source)},
        "output": {"file": out.name, "sha256": file_sha256(out)},
        "counts": counts,
        "settings": settings,
    }
    return write_text(manifest_path(out), json.dumps(content, indent=2, sort_keys=True) + "\n")


def file_sha256(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as data:
        while chunk := data.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()
