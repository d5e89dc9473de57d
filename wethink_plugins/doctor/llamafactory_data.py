"""What LLaMA-Factory would do to the dataset that its recipe names."""

from __future__ import annotations

import os
from collections.abc import Iterator

from wethink_plugins.doctor.case import Case
from wethink_plugins.doctor.finding import Finding, error, ok, rows_at_fault, warning
from wethink_plugins.doctor.rows import rows_of

_EXPORT = "`wethink data export llamafactory ROWS --images DIR --out {folder} --name {name}`"
_TAGS = {"<image>": "IMAGE_PLACEHOLDER", "<video>": "VIDEO_PLACEHOLDER", "<audio>": "AUDIO_PLACEHOLDER"}


def dataset(case: Case) -> Iterator[Finding]:
    info = case.dataset_info
    names, folder = info.names, info.folder
    fix = _EXPORT.format(folder=folder, name=names[0] if names else "NAME")
    if not names:
        yield error("dataset", "the recipe names no dataset", "set dataset: NAME, as in dataset_info.json")
    elif not (folder / "dataset_info.json").is_file():
        yield error("dataset", f"{folder} has no dataset_info.json", f"set dataset_dir, or {fix}")
    elif info.entry is None:
        yield error("dataset", f"{names[0]} isn't in {folder / 'dataset_info.json'}", f"correct dataset, or {fix}")
    elif info.file is None and info.entry.get("file_name"):
        yield error("dataset", f"no such file: {folder / info.entry['file_name']}", fix)
    elif len(set(names)) < len(names):
        yield warning(
            "dataset", f"{', '.join(names)}: LLaMA-Factory loads a name that is given twice once", "name it once"
        )
    else:
        yield from _entry(case, names[0], fix)


def _entry(case: Case, name: str, fix: str) -> Iterator[Finding]:
    entry, rows = case.dataset_info.entry or {}, rows_of(case)
    if entry.get("formatting") == "openai":
        text = f"{name} has formatting: openai, which puts 'detailed thinking off' into every system prompt"
        yield error("dataset", text, "use formatting: sharegpt, which reads the same rows with tags")
    columns = entry.get("columns") or {}
    if rows is not None and "system" in rows.types and "system" not in columns.values():
        text = f"the column system isn't in columns of {name}, so LLaMA-Factory drops the prompt silently"
        yield error("dataset", text, 'add "system": "system" to its columns')
    if rows is not None and "images" in rows.types and "images" not in columns:
        yield error("dataset", f"the column images isn't in columns of {name}", 'add "images": "images" to its columns')
    if rows is not None:
        yield ok("dataset", f"{name}: {rows.total} rows in {rows.file}, {len(rows.sample)} of them looked at")
        yield from _turns(case)


def _turns(case: Case) -> Iterator[Finding]:
    rows = rows_of(case)
    assert rows is not None
    odd, literal, empty = [], [], []
    for number, record in rows.sample:
        turns = case.dataset_info.turns(record)
        if len(turns) < 2 or len(turns) % 2:
            odd.append(number)
        elif any(tag in text for role, text in turns[1::2] for tag in _TAGS):
            literal.append(number)
        elif not turns[-1][1].strip() or turns[-1][1] == "None":
            empty.append(number)
    if odd:
        yield error(
            "rows",
            f"{rows_at_fault(odd)}: turns don't alternate, and LLaMA-Factory drops such rows silently",
            "repair or remove them",
        )
    if literal and not any(os.environ.get(name) for name in _TAGS.values()):
        text = f"{rows_at_fault(literal)}: a literal media tag in the answer ends the whole run"
        yield error("rows", text, "remove it; `wethink data export llamafactory` rejects such rows")
    if empty:
        yield error(
            "rows",
            f"{rows_at_fault(empty)}: the answer is empty, and that is what would be taught",
            "repair or remove them",
        )


def settings(case: Case) -> Iterator[Finding]:
    recipe, template = case.recipe, case.recipe.text("template")
    if template == "qwen2_5_vl":
        yield error("template", "qwen2_5_vl doesn't exist in LLaMA-Factory", "template: qwen2_vl, which serves both")
    elif not template:
        yield error(
            "template",
            "none is set: LLaMA-Factory then takes the model for one without images",
            "template: qwen2_vl for Qwen2-VL and Qwen2.5-VL",
        )
    if recipe.text("tokenized_path"):
        yield warning(
            "cache",
            "tokenized_path: all other data settings are ignored once it exists",
            "remove the key, or the folder after a change",
        )
    if recipe.get("neat_packing") and int(recipe.get("cutoff_len") or 2048) % 8:
        yield error(
            "cutoff_len",
            f"{recipe.get('cutoff_len')} with neat_packing: the collator pads to 8 and fails",
            "make cutoff_len a multiple of 8",
        )
    if recipe.get("streaming") and not recipe.get("max_steps"):
        yield error("streaming", "needs max_steps", "set max_steps, and dataloader_num_workers to 1 or more")
