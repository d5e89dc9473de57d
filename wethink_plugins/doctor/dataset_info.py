"""The dataset that a LLaMA-Factory recipe names, found the way LLaMA-Factory finds it: by dataset_info.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from wethink_plugins.doctor.recipe import Recipe


class DatasetInfo:
    """`start` is the folder that training starts from; LLaMA-Factory's own default for dataset_dir is `data`."""

    def __init__(self, recipe: Recipe, start: Path) -> None:
        self.folder = start / Path(recipe.text("dataset_dir") or "data").expanduser()
        named = recipe.get("dataset")
        names = named if isinstance(named, list) else str(named or "").split(",")
        self.names = [str(name).strip() for name in names if str(name).strip()]

    @cached_property
    def entry(self) -> Mapping[str, Any] | None:
        """What dataset_info.json says of the first dataset; None where it says nothing."""
        try:
            info = json.loads((self.folder / "dataset_info.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        entry = info.get(self.names[0]) if self.names and isinstance(info, dict) else None
        return entry if isinstance(entry, Mapping) else None

    @property
    def file(self) -> Path | None:
        """None where no file is named or it isn't here."""
        entry = self.entry or {}
        file = self.folder / str(entry["file_name"]) if entry.get("file_name") else None
        return file if file is not None and file.is_file() else None

    def turns(self, record: Mapping[str, Any]) -> list[tuple[str, str]]:
        """(role, text) of each turn but the system's, which LLaMA-Factory doesn't search for tags."""
        entry = self.entry or {}
        tags = {"role_tag": "from", "content_tag": "value", **(entry.get("tags") or {})}
        turns = record.get((entry.get("columns") or {}).get("messages", "conversations")) or []
        return [
            (str(turn.get(tags["role_tag"])), str(turn.get(tags["content_tag"])))
            for turn in turns
            if isinstance(turn, Mapping)
        ]
