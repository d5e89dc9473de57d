"""Two rows through LLaMA-Factory's own reader, template and processor (0.9.5)."""

from __future__ import annotations

import dataclasses
import difflib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wethink_plugins.doctor.finding import Finding, error, ok
from wethink_plugins.doctor.probes.shared import Step, excerpt, run

_INSTALL = "install the versions that it names, or set DISABLE_VERSION_CHECK=1 if you know better"
_EXPORT = "export the rows again: `wethink data export llamafactory`"


def steps(given: dict[str, Any], place: Path, found: list[Finding]) -> None:
    with Step(found, "LLaMA-Factory can't be imported", _INSTALL):
        from llamafactory.extras.misc import check_dependencies
        from llamafactory.hparams import parser

        check_dependencies()
    unknown = _unknown_keys(given["keys"], parser._TRAIN_ARGS)
    if unknown:
        found += unknown
        return
    if given["model"] is None or given["rows"] is None or not given["numbers"]:
        found.append(ok("dry run", "left out: it needs rows and the model's folder here"))
        return
    with Step(found, "LLaMA-Factory's reader", _EXPORT):
        rows, texts = _read(given, place)
    if len(rows) < len(given["numbers"]):
        text = f"LLaMA-Factory drops {len(given['numbers']) - len(rows)} of {len(given['numbers'])} dry rows"
        found.append(error("host", text, _EXPORT))
        return
    limit = given["arguments"].get("cutoff_len") or 2048
    cut = [number for number, ids in zip(given["numbers"], rows, strict=True) if len(ids) >= limit]
    if cut:
        text = f"row {cut[0]} fills cutoff_len of {limit} tokens: the end of its answer is cut, or its image"
        found.append(error("dry run", text, "raise cutoff_len"))
        return
    text = f"{len(rows)} rows through LLaMA-Factory's own reader: {max(map(len, rows))} tokens at most"
    found.append(ok("dry run", text, texts[0]))


def _unknown_keys(keys: list[str], kinds: tuple[type, ...]) -> list[Finding]:
    known = {field.name for kind in kinds for field in dataclasses.fields(kind)}
    found = []
    for key in keys:
        if key not in known and os.environ.get("ALLOW_EXTRA_ARGS", "").lower() not in ("1", "true"):
            near = difflib.get_close_matches(key, known, n=1)
            fix = f"did you mean {near[0]}?" if near else "remove it"
            found.append(error("host", f"LLaMA-Factory has no setting {key}, and refuses to start", fix))
    return found


def _read(given: Mapping[str, Any], place: Path) -> tuple[list[list[int]], list[str]]:
    """(tokens of each row, the rows as text), of a dataset_dir that holds the dry rows alone."""
    from llamafactory.data import get_dataset, get_template_and_fix_tokenizer
    from llamafactory.hparams import DataArguments, ModelArguments
    from llamafactory.model import load_tokenizer
    from transformers import Seq2SeqTrainingArguments

    file = excerpt(Path(given["rows"]), given["numbers"], place)
    (place / "dataset_info.json").write_text(json.dumps({"dry": {**given["entry"], "file_name": str(file)}}))
    own = {"dataset": "dry", "dataset_dir": str(place), "media_dir": given["media_dir"], "overwrite_cache": True}
    wanted = {field.name for field in dataclasses.fields(DataArguments) if field.init}
    left_out = {
        "tokenized_path",
        "streaming",
        "max_samples",
        "eval_dataset",
        "val_size",
        "preprocessing_num_workers",
        "packing",
        "neat_packing",
    }
    data = DataArguments(**{**{k: v for k, v in given["arguments"].items() if k in wanted - left_out}, **own})
    pixels = {k: v for k, v in given["arguments"].items() if k.startswith(("image_m", "video_m"))}
    model = ModelArguments(model_name_or_path=given["model"], cache_dir=str(place / "cache"), **pixels)
    readers = load_tokenizer(model)
    template = get_template_and_fix_tokenizer(readers["tokenizer"], data)
    training = Seq2SeqTrainingArguments(output_dir=str(place / "out"), report_to=[], use_cpu=True)
    module = get_dataset(template, model, data, training, "sft", **readers)
    rows = [row["input_ids"] for row in module["train_dataset"]]
    return rows, [readers["tokenizer"].decode(ids) for ids in rows]


if __name__ == "__main__":
    run(steps)
