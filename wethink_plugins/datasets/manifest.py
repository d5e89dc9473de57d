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


def write_manifest(
    out: Path,
    source: Path,
    host: str,
    counts: Mapping[str, Any],
    settings: Mapping[str, Any],
    output: Mapping[str, Any],
) -> Path:
    """Source and what was written with their SHA-256, counts and settings; no times and no folders of this machine.

    `output` holds `output`, one file, or `shards`, a list of them, and what else there is to say of them.
    """
    content = {
        "wethink_plugins": __version__,
        "host": host,
        "source": {"file": source.name, "sha256": file_sha256(source)},
        "counts": counts,
        "settings": settings,
        **output,
    }
    return write_text(manifest_path(out), json.dumps(content, indent=2, sort_keys=True) + "\n")


def one_file(file: Path) -> dict[str, str]:
    return {"file": file.name, "sha256": file_sha256(file)}


def file_sha256(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as data:
        while chunk := data.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()
