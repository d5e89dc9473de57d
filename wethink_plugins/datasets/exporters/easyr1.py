"""EasyR1: rows for its RLHFDataset with the default keys `prompt`, `answer`, `images` (v0.3.1 and later).

What would hurt there, all seen: a missing, broken or string-typed image ends the run in mid-epoch; placeholders and
images that differ in number train blind or end it; a column of lists (but the images, which are taken out) breaks the
join of two batches; a column named like one of EasyR1's own is overwritten. Image paths are absolute, so
`data.image_dir` and the folder that training starts from don't matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from wethink_plugins.counted import counted
from wethink_plugins.datasets.exporters.render import (
    IMAGE_TAG,
    has_images,
    image_bytes,
    question_text,
    split_of,
    user_text,
)
from wethink_plugins.datasets.exporters.table import Table
from wethink_plugins.envelope import pack
from wethink_plugins.errors import WeThinkError
from wethink_plugins.rows import Row

if TYPE_CHECKING:
    import pyarrow as pa


def table(rows: Sequence[Row], split: str = "train", embed: bool = False) -> Table:
    """`split` (or a file stem) stands in for rows that name none.

    Without any image there is no image column: EasyR1 would ask for the processor that a text model hasn't got.
    """
    with_images = any(map(has_images, rows))
    return Table(
        lambda row, _: record_of(row, split, with_images, embed),
        lambda: schema(with_images, embed),
        128 if embed else 1024,
        (("images", has_images),) if with_images else (),
    )


def record_of(row: Row, split: str = "train", with_images: bool = True, embed: bool = False) -> dict[str, Any]:
    """One row; everything that the reward needs is in `answer`, the envelope."""
    text = user_text(row)
    if text.count(IMAGE_TAG) != len(row.image_files):
        raise WeThinkError(
            f"{text.count(IMAGE_TAG)} {IMAGE_TAG} for {counted(len(row.image_files), 'image')}",
            fix="export rows that validate() returned",
            row=row.id,
            field="problem",
        )
    record = {"prompt": text, "answer": pack(row, question_text(row), split_of(row, split)), "id": row.id}
    return {**record, "images": image_bytes(row) if embed else list(row.image_files)} if with_images else record


def schema(with_images: bool, embed: bool = False) -> pa.Schema:
    """Written out, so that any two files can be read together."""
    import pyarrow as pa

    columns = {"prompt": pa.string(), "answer": pa.string(), "id": pa.string()}
    picture = pa.struct({"bytes": pa.binary(), "path": pa.string()}) if embed else pa.string()
    return pa.schema({**columns, **({"images": pa.list_(picture)} if with_images else {})})
