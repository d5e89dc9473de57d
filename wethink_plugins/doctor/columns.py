"""Whether a host can read the columns of its rows, and what is wrong with single rows apart from their pictures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wethink_plugins.doctor.case import Case
from wethink_plugins.doctor.finding import Finding, error, ok, rows_at_fault
from wethink_plugins.doctor.rows import rows_of
from wethink_plugins.errors import SampleError

# EasyR1 puts columns of these names into a batch itself (verl/utils/dataset.py, verl/trainer/ray_trainer.py).
_EASYR1_OWN = frozenset(
    "uid prompts responses input_ids attention_mask position_ids raw_prompt_ids ground_truth multi_modal_data "
    "multi_modal_inputs response_mask".split()
)
_EXPORT = "export the rows again: `wethink data export {host} ROWS --images DIR --out FILE`"


def train_file(case: Case) -> Iterator[Finding]:
    """A hub's name, which only the host resolves, is fine."""
    for key in ("data.train_files", "data.val_files"):
        named = case.recipe.get(key)
        if case.given_rows is not None and key == "data.train_files":
            named = str(case.given_rows)
        for one in named if isinstance(named, list) else [named]:
            yield from _one_file(case, key, str(one or ""))
    rows = rows_of(case)
    if rows is not None and not rows.total:
        yield error("rows", f"{rows.file} has no rows", _export(case))
    elif rows is not None:
        yield ok("rows", f"{rows.total} in {rows.file}, {len(rows.sample)} of them looked at")


def _one_file(case: Case, key: str, named: str) -> Iterator[Finding]:
    if not named:
        yield error("rows", f"{key} isn't set", f"set it, or {_export(case)}")
    elif "{here}" in named or "${" in named:
        return
    elif case.host == "easyr1" and "@" in named and case.path(named).exists():
        yield error("rows", f"{key}: EasyR1 splits {named} at @", "give the file a name without one")
    elif case.host == "easyr1" and case.path(named).is_dir():
        text = f"{key}: {named} is a folder, whose first file decides how EasyR1 reads all of it"
        yield error("rows", text, "name one file")
    elif not case.path(named).exists() and ("/" not in named or named.startswith(("/", ".", "~")) or "." in named):
        yield error("rows", f"{key}: no such file: {case.path(named)}", f"correct the path, or {_export(case)}")


def easyr1_columns(case: Case) -> Iterator[Finding]:
    rows = rows_of(case)
    if rows is None or not rows.total:
        return
    prompt, answer, images = (case.recipe.text(f"data.{name}_key") for name in ("prompt", "answer", "image"))
    for key, column in (("prompt_key", prompt), ("answer_key", answer)):
        if column not in rows.types:
            yield error(
                "columns",
                f"data.{key} is {column}, which no column of {rows.file} is called",
                f"set data.{key} to one of {', '.join(rows.types)}",
            )
    shows_images = any("<image>" in str(record.get(prompt)) for _, record in rows.sample)
    if images not in rows.types and shows_images:
        text = f"prompts show <image>, and data.image_key is {images}, which no column is called"
        yield error("columns", text, f"set data.image_key to one of {', '.join(rows.types)}")
        return
    for name, kind in rows.types.items():
        if name in _EASYR1_OWN:
            yield error(
                "columns", f"{name} is a name of EasyR1's own, which overwrites the column", "rename or drop it"
            )
        elif kind.startswith(("list", "large_list")) and name not in (images, case.recipe.text("data.video_key")):
            text = f"{name} holds lists: batches with lists of one length can't be joined with others in EasyR1"
            yield error("columns", text, f"write it as text, or drop it; {_EXPORT.format(host='easyr1')}")
    if answer in rows.types:
        yield from golds(case)


def verl_columns(case: Case) -> Iterator[Finding]:
    rows = rows_of(case)
    if rows is None or not rows.total or case.recipe.text("data.custom_cls.path"):
        return
    missing = [name for name in ("prompt", "data_source", "reward_model") if name not in rows.types]
    if missing:
        yield error("columns", f"{rows.file} has no {', '.join(missing)}, which verl asks for", _export(case))
        return
    if not rows.types["prompt"].startswith("list"):
        text = f"prompt is {rows.types['prompt']}, and verl asks for a list of turns"
        yield error("columns", text, _export(case))
        return
    yield from golds(case)


def golds(case: Case) -> Iterator[Finding]:
    """Rows that no reward could be computed for, each kind of fault once."""
    from wethink_plugins.doctor.samples import samples_of

    faults: dict[tuple[str, str], list[Any]] = {}
    rows = rows_of(case)
    numbers = [number for number, _ in rows.sample] if rows is not None else []
    for number, sample in zip(numbers, samples_of(case), strict=True):
        if isinstance(sample, SampleError):
            faults.setdefault((f"{sample.field}: {sample.problem}", sample.fix), []).append(number)
    for (problem, fix), found in faults.items():
        yield error("answers", f"{rows_at_fault(found)}: {problem}", fix)


def _export(case: Case) -> str:
    return _EXPORT.format(host=case.host)
