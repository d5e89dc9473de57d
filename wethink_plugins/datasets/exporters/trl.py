"""TRL: rows for `GRPOTrainer` with `wethink_plugins.adapters.trl` as its reward (trl 1.16).

    rows = validate("train.jsonl", config="wethink.yaml").rows
    dataset = datasets.Dataset.from_list(list(trl_rows(rows))).cast_column("image", datasets.Image())

or `wethink data export trl train.jsonl --out train.parquet` and `datasets.load_dataset("parquet", ...)`, which gives
pictures without a cast.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from wethink_plugins.datasets.exporters.render import image_bytes, question_text, split_of
from wethink_plugins.datasets.exporters.table import Table
from wethink_plugins.prompts import system_prompt
from wethink_plugins.rows import Row

if TYPE_CHECKING:
    import pyarrow as pa

_TEXTS = ("answer", "question_type", "reward_method", "row_id", "split")


def trl_rows(
    rows: Sequence[Row], prompt: str | None = None, split: str = "train", open_images: bool = False
) -> Iterator[dict[str, Any]]:
    """One dict a row: prompt (system and user turn, plain texts; TRL puts the images in), answer, question_type,
    options, reward_method, row_id, split, and `image`: a path, or a PIL picture with `open_images`; None without one.

    When any row has several images, every row has a list `images` instead.
    """
    text = prompt if prompt is not None else system_prompt()
    many = has_many(rows)
    for row in rows:
        pictures = [_opened(file) for file in row.image_files] if open_images else list(row.image_files)
        yield {**_record(row, text, split), **_image_column(pictures, many)}


def has_many(rows: Sequence[Row]) -> bool:
    """Whether the image column is the list `images` (TRL takes that one or `image`)."""
    return any(len(row.image_path) > 1 for row in rows)


def table(rows: Sequence[Row], prompt: str, split: str = "train", embed: bool = True) -> Table:
    """The same rows with the image files inside or by absolute path, marked as images for the `datasets` package."""
    many = has_many(rows)

    def record(row: Row, _: int) -> dict[str, Any]:
        pictures = image_bytes(row) if embed else [{"bytes": None, "path": file} for file in row.image_files]
        return {**_record(row, prompt, split), **_image_column(pictures, many)}

    return Table(record, lambda: _schema(many), 128 if embed else 1024)


def _record(row: Row, prompt: str, split: str) -> dict[str, Any]:
    turns = [{"role": "system", "content": prompt}, {"role": "user", "content": question_text(row)}]
    return {
        "prompt": turns,
        "answer": row.answer,
        "question_type": row.question_type,
        "options": list(row.options),
        "reward_method": row.reward_method,
        "row_id": row.id,
        "split": split_of(row, split),
    }


def _image_column(pictures: list[Any], many: bool) -> dict[str, Any]:
    return {"images": pictures} if many else {"image": pictures[0] if pictures else None}


def _opened(file: str) -> Any:
    from PIL import Image

    with Image.open(file) as image:
        return image.convert("RGB")


def _schema(many: bool) -> pa.Schema:
    import pyarrow as pa

    text, picture = pa.string(), pa.struct({"bytes": pa.binary(), "path": pa.string()})
    columns = {
        "prompt": pa.list_(pa.struct({"role": text, "content": text})),
        **{name: text for name in _TEXTS},
        "options": pa.list_(text),
        **({"images": pa.list_(picture)} if many else {"image": picture}),
    }
    return pa.schema(columns, metadata={"huggingface": json.dumps({"info": {"features": _features(many)}})})


def _features(many: bool) -> dict[str, Any]:
    """The columns in the words of the `datasets` package; a list is written the old way, which every version reads."""
    text, picture = {"dtype": "string", "_type": "Value"}, {"_type": "Image"}
    return {
        "prompt": [{"role": text, "content": text}],
        **{name: text for name in _TEXTS},
        "options": {"feature": text, "_type": "Sequence"},
        **({"images": {"feature": picture, "_type": "Sequence"}} if many else {"image": picture}),
    }
