"""LLaMA-Factory: a `dataset_dir` that it reads unpatched (0.9.5; stage sft, template qwen2_vl and its kin).

What its own reader would stumble over, all seen in 0.9.5: a media tag in any turn that no image stands for ends the
run, so does a missing or broken image; an empty system text is replaced by Qwen's; columns of mixed type and a byte
order mark break Arrow; `formatting: openai` changes the system prompt; rows with odd roles vanish silently. Validation
has rejected what can't be written, the rest is settled by the form below.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from wethink_plugins.datasets.exporters.render import assistant_text, user_text
from wethink_plugins.datasets.write import replacing, write_text
from wethink_plugins.errors import WeThinkError
from wethink_plugins.rows import Row

_TAGS = {
    "role_tag": "from",
    "content_tag": "value",
    "user_tag": "human",
    "assistant_tag": "gpt",
    "system_tag": "system",
}


def write_dataset(file: Path, rows: Sequence[Row], prompt: str) -> None:
    """Writes `file` (a JSON list) and names it in `dataset_info.json` beside it, where other entries stay.

    The dataset's name is the file's stem. Image paths are absolute, so nothing is copied; LLaMA-Factory joins relative
    ones to `media_dir`. Raises WeThinkError for a row without chain of thought or response.
    """
    info_file = file.parent / "dataset_info.json"
    info = _read_info(info_file)
    with_images = any(row.image_path for row in rows)
    with replacing(file) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as out:
        for i, row in enumerate(rows):
            out.write(
                ("[\n" if i == 0 else ",\n") + json.dumps(record_of(row, prompt, with_images), ensure_ascii=False)
            )
        out.write("\n]\n")
    info[file.stem] = dataset_entry(file.name, with_images)
    write_text(info_file, json.dumps(info, indent=2, ensure_ascii=False) + "\n")


def record_of(row: Row, prompt: str, with_images: bool = True) -> dict[str, Any]:
    """One row in sharegpt form; `with_images` False for a dataset that has none at all (no column of empty lists)."""
    if not (row.refined_cot or row.response):
        raise WeThinkError("is empty", fix="validate with for_sft=True", row=row.id, field="refined_cot")
    turns = [{"from": "human", "value": user_text(row)}, {"from": "gpt", "value": assistant_text(row)}]
    record: dict[str, Any] = {"conversations": turns, "system": prompt}
    return {**record, "images": list(row.image_files)} if with_images else record


def dataset_entry(file_name: str, with_images: bool = True) -> dict[str, Any]:
    """The entry of dataset_info.json; without the system column LLaMA-Factory would drop the prompt silently."""
    columns = {"messages": "conversations", "system": "system", **({"images": "images"} if with_images else {})}
    return {"file_name": file_name, "formatting": "sharegpt", "columns": columns, "tags": _TAGS}


def _read_info(file: Path) -> dict[str, Any]:
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
