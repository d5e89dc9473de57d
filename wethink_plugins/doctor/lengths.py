"""Prompts that are longer than EasyR1 lets them be, and the export's manifest against the recipe."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from wethink_plugins.datasets.image_tokens import ImageTokens
from wethink_plugins.datasets.manifest import file_sha256, manifest_path
from wethink_plugins.doctor.case import Case
from wethink_plugins.doctor.finding import Finding, error, ok, rows_at_fault, warning
from wethink_plugins.doctor.rows import rows_of
from wethink_plugins.errors import WeThinkError

# Manifest's name -> the recipe's key, as `wethink data export --model` was given them.
_LIMITS = {"min_pixels": "data.min_pixels", "max_pixels": "data.max_pixels"}
_EXPORT = "export again with --model {model} --max-prompt-length {limit} --min-pixels {fewest} --max-pixels {most}"


def manifest_matches(case: Case) -> Iterator[Finding]:
    """What the export measured holds for a run with the same limits, tokenizer and prompt only."""
    manifest = _manifest(case)
    if manifest is None:
        return
    settings, rows = manifest.get("settings", {}), rows_of(case)
    faults = list(_differences(case, settings))
    for text in faults:
        yield error("manifest", f"{text}, so the lengths that it measured don't hold", _again(case))
    if rows is not None and manifest.get("output", {}).get("sha256") not in (None, file_sha256(rows.file)):
        yield warning("manifest", f"{rows.file} was changed since its export", _again(case))
    elif not faults:
        yield ok("manifest", "the export's limits and tokenizer are the recipe's")


def _differences(case: Case, settings: Mapping[str, Any]) -> Iterator[str]:
    if "max_prompt_length" not in settings:
        return
    for name, key in _LIMITS.items():
        if settings.get(name) != case.recipe.get(key):
            yield f"{key} is {case.recipe.get(key)} in the recipe and was {settings.get(name)} at the export"
    limit = case.recipe.get("data.max_prompt_length")
    if isinstance(limit, int) and settings["longest_prompt"] > limit:
        yield f"the longest prompt takes {settings['longest_prompt']} tokens, over data.max_prompt_length of {limit}"
    if case.model_folder is not None:
        yield from _model_differences(case, settings)


def _model_differences(case: Case, settings: Mapping[str, Any]) -> Iterator[str]:
    from wethink_plugins.datasets.prompt_length import tokenizer_digest

    assert case.model_folder is not None
    try:
        digest = tokenizer_digest(case.model_folder)
        images = ImageTokens.of_model(case.model_folder, None, None)
    except WeThinkError:
        return
    if settings.get("tokenizer") not in (None, digest):
        yield f"{case.model} has another tokenizer than {settings.get('model')}, which the rows were exported for"
    limits = (images.cell**2, images.fewest_pixels, images.most_pixels)
    known = tuple(settings.get(name) for name in ("pixels_a_token", "model_min_pixels", "model_max_pixels"))
    if known != limits:
        yield f"{case.model} counts pixels as {limits}, and the export counted as {known}"


def overlong(case: Case) -> Iterator[Finding]:
    """EasyR1 without its filter cuts an overlong prompt through its image, and the model then ends the run."""
    rows, limit = rows_of(case), case.recipe.get("data.max_prompt_length")
    if rows is None or not rows.sample or not isinstance(limit, int) or case.model_folder is None:
        return
    try:
        measured = _measured(case)
    except WeThinkError as problem:
        yield ok("lengths", f"not measured: {problem}")
        return
    long = [number for number, length in measured if length > limit]
    longest = max((length for _, length in measured), default=0)
    if long and case.recipe.get("data.filter_overlong_prompts"):
        if len(long) * 2 > len(measured):
            fix = "raise data.max_prompt_length, or lower data.max_pixels"
            yield error("lengths", f"{len(long)} of {len(measured)} prompts are over {limit} tokens and left out", fix)
    elif long:
        text = (
            f"{rows_at_fault(long)}: up to {longest} tokens, over data.max_prompt_length of {limit}; EasyR1 cuts them"
        )
        yield error("lengths", text, f"set data.filter_overlong_prompts: true, or {_again(case)}")
    if not long:
        yield ok("lengths", f"{len(measured)} prompts measured, {longest} tokens at most of {limit}")


def _measured(case: Case) -> list[tuple[int, int]]:
    """Rows that can't be measured (a broken picture, another form) are left out; they have findings of their own."""
    from wethink_plugins.datasets.prompt_length import PromptLengths
    from wethink_plugins.doctor.easyr1_prompt import message_of, template_of

    rows = rows_of(case)
    assert rows is not None and case.model_folder is not None
    limits = [case.recipe.get(key) for key in _LIMITS.values()]
    images = ImageTokens.of_model(case.model_folder, *limits)
    lengths = PromptLengths(case.model_folder, template_of(case), 0, images)
    found, folder = [], case.path(case.recipe.text("data.image_dir") or ".")
    for number, record in rows.sample:
        files = record.get(case.recipe.text("data.image_key")) or []
        if isinstance(files, list) and all(isinstance(file, str) for file in files):
            try:
                found.append(
                    (number, lengths.measure(message_of(case, record), [str(folder / file) for file in files]))
                )
            except (WeThinkError, OSError):
                continue
    return found


def _manifest(case: Case) -> dict[str, Any] | None:
    file = manifest_path(case.train_file) if case.train_file is not None else None
    if file is None or not file.is_file():
        return None
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) and value.get("host") == case.host else None


def _again(case: Case) -> str:
    values = {
        name: case.recipe.get(f"data.{key}")
        for name, key in (("limit", "max_prompt_length"), ("fewest", "min_pixels"), ("most", "max_pixels"))
    }
    return _EXPORT.format(model=case.model or "MODEL", **values)
