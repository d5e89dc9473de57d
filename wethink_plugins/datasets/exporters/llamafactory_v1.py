"""LLaMA-Factory's v1 (`USE_V1=1`): messages of content blocks, read without a converter.

Its own sharegpt converter drops the `system` column and takes tags in a text for pictures; blocks need neither. It
joins paths to the folder that training starts from, so all of them are absolute. Version 0.9.5 reads text-only rows
this way; pictures need a later one (seen at ff6d4d1).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wethink_plugins.datasets.exporters.llamafactory import refuse_unreasoned
from wethink_plugins.datasets.exporters.render import assistant_text, question_text
from wethink_plugins.datasets.exporters.table import Table
from wethink_plugins.datasets.write import write_text
from wethink_plugins.rows import Row

if TYPE_CHECKING:
    import pyarrow as pa


def table(rows: Sequence[Row], prompt: str) -> Table:
    """Its `record` raises WeThinkError for a row without chain of thought or response."""
    del rows  # every file has the same columns
    return Table(lambda row, _: record_of(row, prompt), schema)


def record_of(row: Row, prompt: str) -> dict[str, Any]:
    """System, user and assistant; the pictures right before the question. Only what the assistant says is trained."""
    refuse_unreasoned(row)
    pictures = [_block("image_url", file) for file in row.image_files]
    return {
        "messages": [
            _message("system", [_block("text", prompt)], 0.0),
            _message("user", [*pictures, _block("text", question_text(row))], 0.0),
            _message("assistant", [_block("text", assistant_text(row))], 1.0),
        ]
    }


def schema() -> pa.Schema:
    import pyarrow as pa

    text = pa.string()
    content = pa.list_(pa.struct({"type": text, "value": text}))
    return pa.schema({"messages": pa.list_(pa.struct({"role": text, "content": content, "loss_weight": pa.float64()}))})


def register(folder: Path, name: str, data: Path) -> Path:
    """Writes `NAME.yaml`, which `train_dataset` names. JSON is YAML, and needs no care with quotes."""
    entry = {name: {"path": str(data.absolute()), "source": "local"}}
    return write_text(folder / f"{name}.yaml", json.dumps(entry, indent=2, ensure_ascii=False) + "\n")


def _message(role: str, content: list[dict[str, str]], weight: float) -> dict[str, Any]:
    return {"role": role, "content": content, "loss_weight": weight}


def _block(kind: str, value: str) -> dict[str, str]:
    return {"type": kind, "value": value}
