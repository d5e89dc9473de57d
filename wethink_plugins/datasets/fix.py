"""The accepted rows as a file of their own: WeThink's format, repairs made, nothing of the original touched."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from wethink_plugins.datasets.fixed_images import FixedImages
from wethink_plugins.datasets.validate import Validation
from wethink_plugins.datasets.write import refuse_overwriting, replacing
from wethink_plugins.errors import WeThinkError
from wethink_plugins.rows import Row


def write_fixed(validation: Validation, out: Path, fixed_images: Path | None = None) -> dict[str, int]:
    """Writes `out` (JSONL, whole or not at all) and returns how many rows were changed, by the name of what was done.

    With `fixed_images` rows show copies there of images that are noted as rotated, in CMYK or animated. Image paths stay
    relative to the folder that was validated. A row keeps its id, also one that was made from its content. Category and
    reward are the canonical names, and reward is never `auto`: the file needs no YAML and no --infer-types to be read,
    and rows can be told apart by them.
    """
    refuse_overwriting(validation.file, out)
    if out.suffix != ".jsonl":
        raise WeThinkError("the repaired rows are written as JSON lines", fix="give --fix NAME.jsonl", file=out)
    pictures = FixedImages(validation.images, fixed_images) if fixed_images is not None else None
    single = all(len(row.image_path) <= 1 for row in validation.rows)
    done: Counter[str] = Counter()
    with replacing(out) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        for row in validation.rows:
            record = _record(row, pictures.paths(row, done) if pictures else row.image_path, single)
            _spell_out(record, row, done)
            file.write(_line(record))
    repairs = validation.counts["repairs"]
    return {**repairs, **dict(sorted(done.items()))}


def _record(row: Row, paths: tuple[str, ...], single: bool) -> dict[str, Any]:
    """In the order of the published rows. Every row has the same type in the same field; what it lacks is left out."""
    record: dict[str, Any] = {
        "id": row.id,
        "problem": row.problem,
        "answer": row.answer,
        "category": row.category,
        "abilities": list(row.abilities),
        "refined_cot": row.refined_cot or "",
        "image_path": "".join(paths) if single else list(paths),
        "reward": row.reward,
    }
    more = {
        "options": list(row.options),
        "source": row.source if row.source != _first_folder(paths) else "",
        "response": row.response,
        "split": row.split,
    }
    return {**record, **{key: value for key, value in more.items() if value}, **row.extra}


def _line(record: Mapping[str, Any]) -> str:
    """As text where UTF-8 can say it; fields that aren't ours may hold anything, as rows of parquet do."""
    line = json.dumps(_finite(record), ensure_ascii=False, default=str)
    try:
        line.encode("utf-8")
    except UnicodeEncodeError:
        line = json.dumps(_finite(record), default=str)
    return line + "\n"


def _finite(value: Any) -> Any:
    """JSON has no NaN."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _finite(one) for key, one in value.items()}
    return [_finite(one) for one in value] if isinstance(value, list | tuple) else value


def _first_folder(paths: tuple[str, ...]) -> str:
    parts = PurePosixPath(paths[0]).parts if paths else ()
    return parts[0] if len(parts) > 1 and parts[0] not in ("/", "..") else ""


def _spell_out(record: dict[str, Any], row: Row, done: Counter[str]) -> None:
    meanings = {"category": row.question_type, "reward": "model" if row.needs_judge else "rule"}
    for field, meaning in meanings.items():
        if record[field] != meaning:
            record[field] = meaning
            done[f"{field} spelled out"] += 1
