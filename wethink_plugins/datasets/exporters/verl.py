"""verl: rows with images inside (or by absolute path), read by its own RLHFDataset (0.9.1) without a setting.

verl has no key for a system prompt, so it is the first turn of each row's `prompt`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from wethink_plugins.datasets.exporters.render import has_images, image_bytes, question_text, split_of, user_text
from wethink_plugins.datasets.exporters.table import Table
from wethink_plugins.rows import Row

if TYPE_CHECKING:
    import pyarrow as pa


def table(rows: Sequence[Row], prompt: str, split: str = "train", embed: bool = True) -> Table:
    """`split` (or a file stem) stands in for rows that name none. Small groups where the bytes of images are in them."""
    del rows  # every file has the same columns
    return Table(
        lambda row, place: {**record_of(row, place, prompt, split), "images": pictures_of(row, embed)},
        lambda: schema(embed),
        128 if embed else 1024,
        (("images", has_images), ("options", lambda row: bool(row.options))),
    )


def pictures_of(row: Row, embed: bool = True) -> list[dict[str, Any]]:
    """What verl hands to qwen_vl_utils: {bytes, path}, or {image} with the absolute path."""
    return image_bytes(row) if embed else [{"image": file} for file in row.image_files]


def record_of(row: Row, index: int, prompt: str, split: str = "train") -> dict[str, Any]:
    """Every column but `images`; what the reward manager needs is in `extra_info`."""
    family = row.extra.get("family")
    return {
        "data_source": f"wethink/{family or row.question_type}",
        "prompt": [{"role": "system", "content": prompt}, {"role": "user", "content": user_text(row)}],
        "ability": ",".join(row.abilities),
        "reward_model": {"style": "model" if row.needs_judge else "rule", "ground_truth": row.answer},
        "extra_info": {
            "index": index,
            "id": row.id,
            "question": question_text(row),
            "question_type": row.question_type,
            "options": list(row.options),
            "reward_method": row.reward_method,
            "split": split_of(row, split),
            "abilities": ",".join(row.abilities),
            "source": row.source,
        },
    }


def schema(embed: bool = True) -> pa.Schema:
    """Written out, so that a file in which no row has options or images has the same columns as any other."""
    import pyarrow as pa

    text = pa.string()
    picture = {"bytes": pa.binary(), "path": text} if embed else {"image": text}
    extra = {
        name: text for name in ("id", "question", "question_type", "reward_method", "split", "abilities", "source")
    }
    return pa.schema(
        {
            "data_source": text,
            "prompt": pa.list_(pa.struct({"role": text, "content": text})),
            "images": pa.list_(pa.struct(picture)),
            "ability": text,
            "reward_model": pa.struct({"style": text, "ground_truth": text}),
            "extra_info": pa.struct({"index": pa.int64(), **extra, "options": pa.list_(text)}),
        }
    )
