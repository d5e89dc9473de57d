"""verl: parquet with images inside, read by its own RLHFDataset (0.9.1) without a setting.

verl has no key for a system prompt, so it is the first turn of each row's `prompt`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wethink_plugins.datasets.exporters.render import question_text, split_of, user_text
from wethink_plugins.datasets.write import replacing
from wethink_plugins.rows import Row

if TYPE_CHECKING:
    import pyarrow as pa

# Small groups, because the bytes of all their images are in memory at once, on both sides.
_ROWS_A_GROUP = 128


def write_parquet(file: Path, rows: Sequence[Row], prompt: str, split: str = "train") -> None:
    """Writes the rows group by group; `split` (or a file stem) stands in for rows that name none."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    form = schema()
    with replacing(file) as temporary, pq.ParquetWriter(temporary, form) as writer:
        for start in range(0, len(rows), _ROWS_A_GROUP):
            group = enumerate(rows[start : start + _ROWS_A_GROUP], start)
            records = [{**record_of(row, i, prompt, split), "images": image_bytes(row)} for i, row in group]
            writer.write_table(pa.Table.from_pylist(records, schema=form))


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


def image_bytes(row: Row) -> list[dict[str, Any]]:
    """The image files as they are, with the paths as written (no folder of this machine gets into the file)."""
    paths = zip(row.image_path, row.image_files, strict=True)
    return [{"bytes": Path(file).read_bytes(), "path": path} for path, file in paths]


def schema() -> pa.Schema:
    """Written out, so that a file in which no row has options or images has the same columns as any other."""
    import pyarrow as pa

    text = pa.string()
    extra = {
        name: text for name in ("id", "question", "question_type", "reward_method", "split", "abilities", "source")
    }
    return pa.schema(
        {
            "data_source": text,
            "prompt": pa.list_(pa.struct({"role": text, "content": text})),
            "images": pa.list_(pa.struct({"bytes": pa.binary(), "path": text})),
            "ability": text,
            "reward_model": pa.struct({"style": text, "ground_truth": text}),
            "extra_info": pa.struct({"index": pa.int64(), **extra, "options": pa.list_(text)}),
        }
    )
