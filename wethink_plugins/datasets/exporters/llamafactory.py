"""LLaMA-Factory: a `dataset_dir` that it reads unpatched (0.9.5; stage sft, template qwen2_vl and its kin).

What its own reader would stumble over, all seen in 0.9.5: a media tag in any turn that no image stands for ends the
run, so does a missing or broken image; an empty system text is replaced by Qwen's; columns of mixed type and a byte
order mark break Arrow; `formatting: openai` changes the system prompt; rows with odd roles vanish silently. Validation
has rejected what can't be written, the rest is settled by the form below.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wethink_plugins.datasets.exporters.render import assistant_text, has_images, image_bytes, user_text
from wethink_plugins.datasets.exporters.table import Table
from wethink_plugins.datasets.write import write_text
from wethink_plugins.errors import WeThinkError
from wethink_plugins.rows import Row

if TYPE_CHECKING:
    import pyarrow as pa

_TAGS = {
    "role_tag": "from",
    "content_tag": "value",
    "user_tag": "human",
    "assistant_tag": "gpt",
    "system_tag": "system",
}


def table(rows: Sequence[Row], prompt: str, embed: bool = False) -> Table:
    """Image paths are absolute, so nothing is copied; LLaMA-Factory joins relative ones to `media_dir`.

    Its `record` raises WeThinkError for a row without chain of thought or response.
    """
    with_images = any(map(has_images, rows))
    return Table(
        lambda row, _: record_of(row, prompt, with_images, embed),
        lambda: schema(with_images, embed),
        128 if embed else 1024,
        (("images", has_images),) if with_images else (),
    )


def record_of(row: Row, prompt: str, with_images: bool = True, embed: bool = False) -> dict[str, Any]:
    """One row in sharegpt form; `with_images` False for a dataset that has none at all (no column of empty lists)."""
    refuse_unreasoned(row)
    turns = [{"from": "human", "value": user_text(row)}, {"from": "gpt", "value": assistant_text(row)}]
    record: dict[str, Any] = {"conversations": turns, "system": prompt}
    return {**record, "images": image_bytes(row) if embed else list(row.image_files)} if with_images else record


def refuse_unreasoned(row: Row) -> None:
    """WeThinkError for a row that has nothing to be taught."""
    if not (row.refined_cot or row.response):
        raise WeThinkError("is empty", fix="validate with for_sft=True", row=row.id, field="refined_cot")


def schema(with_images: bool, embed: bool = False) -> pa.Schema:
    import pyarrow as pa

    text = pa.string()
    picture = pa.struct({"bytes": pa.binary(), "path": text}) if embed else text
    columns = {"conversations": pa.list_(pa.struct({"from": text, "value": text})), "system": text}
    return pa.schema({**columns, **({"images": pa.list_(picture)} if with_images else {})})


def register(folder: Path, files: Mapping[str, str], with_images: bool) -> None:
    """Names datasets (name -> file or folder, relative to `folder`) in its `dataset_info.json`; other entries stay."""
    info_file = folder / "dataset_info.json"
    info = read_info(info_file)
    for name, file in files.items():
        info[name] = dataset_entry(file, with_images)
    write_text(info_file, json.dumps(info, indent=2, ensure_ascii=False) + "\n")


def dataset_entry(file_name: str, with_images: bool = True) -> dict[str, Any]:
    """The entry of dataset_info.json; without the system column LLaMA-Factory would drop the prompt silently."""
    columns = {"messages": "conversations", "system": "system", **({"images": "images"} if with_images else {})}
    return {"file_name": file_name, "formatting": "sharegpt", "columns": columns, "tags": _TAGS}


def read_info(file: Path) -> dict[str, Any]:
    """WeThinkError when there is one that isn't a JSON object: it would be lost."""
    if not file.exists():
        return {}
    try:
        info = json.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise WeThinkError(
            f"can't be read: {error}", fix="repair or move it, or export to another folder", file=file
        ) from None
    if not isinstance(info, dict):
        raise WeThinkError("is no JSON object", fix="repair or move it, or export to another folder", file=file)
    return info
