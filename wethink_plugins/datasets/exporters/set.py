"""A folder of training rows, in shards if asked, and validation rows, each with a manifest; switched as a whole.

`train.parquet` or `train/00000-of-00004.parquet` …, `train.manifest.json`, and the same for `val`. A folder of shards
holds nothing else: EasyR1 and LLaMA-Factory tell a folder's kind by any file in it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from wethink_plugins.datasets.exporters.layout import Layout
from wethink_plugins.datasets.exporters.render import known_split
from wethink_plugins.datasets.exporters.table import Table, write_file
from wethink_plugins.datasets.folder import replacing_folder
from wethink_plugins.datasets.manifest import one_file, write_manifest
from wethink_plugins.datasets.split import split_by_image
from wethink_plugins.datasets.validate import Validation
from wethink_plugins.errors import WeThinkError
from wethink_plugins.rows import Row


def write_set(
    folder: Path,
    host: str,
    validation: Validation,
    table: Table,
    layout: Layout,
    split: str | None,
    settings: Mapping[str, Any],
) -> dict[str, str]:
    """Side -> its file or folder of shards, relative to `folder`. Validation rows are one file."""
    sides, figures = _sides(validation, layout, split)
    asked = {"val_share": layout.val_share, "val_rows": layout.val_rows, "seed": layout.seed} if figures else {}
    settings = {**settings, **{key: value for key, value in asked.items() if value is not None}}
    written = {}
    with replacing_folder(folder) as temporary:
        for side, rows in sides.items():
            shards = layout.shards if side != "val" or len(sides) == 1 else None
            written[side], output = _write_side(temporary, side, rows, table, layout.format or "", shards)
            more = {**output, **({"side": side, "split_by_image": figures} if figures else {}), "rows": len(rows)}
            write_manifest(temporary / written[side], validation.file, host, validation.counts, settings, more)
    return written


def foreign_in(folder: Path) -> str:
    """The first name in a folder that isn't of a set that an export wrote; empty when there is none, or no folder."""
    if not folder.is_dir():
        return ""
    known = set()
    for manifest in sorted(folder.glob("*.manifest.json")):
        known |= _names_in(manifest)
    present = (path for path in folder.rglob("*") if not path.is_dir())
    return next((name for path in sorted(present) if (name := path.relative_to(folder).as_posix()) not in known), "")


def _names_in(manifest: Path) -> set[str]:
    try:
        content = json.loads(manifest.read_text(encoding="utf-8"))
        files = [one["file"] for one in content.get("shards") or [content["output"]]]
        return {manifest.name, *map(str, files)} if content["wethink_plugins"] else set()
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return set()


def _sides(
    validation: Validation, layout: Layout, split: str | None
) -> tuple[dict[str, Sequence[Row]], dict[str, Any]]:
    if not layout.splits:
        return {split or known_split(validation.file.stem): validation.rows}, {}
    if split is not None:
        raise WeThinkError("rows can't be split and all be of one split", fix="leave out --split, or --val-share")
    made = split_by_image(validation.rows, layout.val_share, layout.val_rows, layout.seed)
    return {"train": made.train, "val": made.val}, made.figures


def _write_side(
    folder: Path, side: str, rows: Sequence[Row], table: Table, form: str, shards: int | None
) -> tuple[str, dict[str, Any]]:
    """The name in the folder, and what the manifest says of the files."""
    if shards is None:
        write_file(folder / f"{side}.{form}", rows, table)
        return f"{side}.{form}", {"output": one_file(folder / f"{side}.{form}")}
    if shards > len(rows):
        raise WeThinkError(f"{len(rows)} rows don't make {shards} shards", fix="give a smaller --shards")
    listed = []
    for number in range(shards):
        start, end = (len(rows) * edge // shards for edge in (number, number + 1))
        name = f"{side}/{number:05d}-of-{shards:05d}.{form}"
        write_file(folder / name, _Part(rows, start, end), table, start)
        listed.append({"file": name, "rows": end - start, "sha256": one_file(folder / name)["sha256"]})
    return side, {"shards": listed}


class _Part(Sequence[Row]):
    """Rows from `start` to before `end`, without taking them into memory."""

    def __init__(self, rows: Sequence[Row], start: int, end: int) -> None:
        self._rows, self._range = rows, range(start, end)

    def __len__(self) -> int:
        return len(self._range)

    def __getitem__(self, place: Any) -> Any:
        chosen = self._range[place]
        return self._rows[chosen] if isinstance(chosen, int) else tuple(map(self._rows.__getitem__, chosen))
