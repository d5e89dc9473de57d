"""`wethink data export`: validated rows as files for a trainer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wethink_plugins.cli.data.options import (
    MAX_LENGTH,
    MAX_PIXELS,
    MIN_PIXELS,
    FileArgument,
    ImagesOption,
    InferFlag,
    MaxLengthOption,
    MaxPixelsOption,
    MinPixelsOption,
    ModelOption,
    PromptOption,
    prompt_lengths,
)
from wethink_plugins.cli.data.rejected import report_rejects
from wethink_plugins.cli.output import ConfigOption, JsonFlag, OptionalText, complain, say, say_json

if TYPE_CHECKING:
    from wethink_plugins.datasets.validate import Validation

_HOSTS = ("easyr1", "llamafactory", "verl", "trl")
_SPLITS = ("train", "val", "test")


def export(
    host: Annotated[str, typer.Argument(help=f"One of: {', '.join(_HOSTS)}.")],
    file: FileArgument,
    out: Annotated[Path, typer.Option("--out", help="A .parquet file; for llamafactory the dataset_dir.")],
    images: ImagesOption = None,
    prompt: PromptOption = "wethink",
    name: Annotated[
        OptionalText, typer.Option("--name", help="llamafactory: name of the dataset; default: stem of FILE.")
    ] = None,
    split: Annotated[
        OptionalText,
        typer.Option("--split", help="train, val or test, for rows that name none; default: stem of FILE, else train."),
    ] = None,
    infer_types: InferFlag = False,
    allow_rejects: Annotated[
        bool, typer.Option("--allow-rejects", help="Export the good rows although others are rejected.")
    ] = False,
    model: ModelOption = None,
    max_prompt_length: MaxLengthOption = MAX_LENGTH,
    min_pixels: MinPixelsOption = MIN_PIXELS,
    max_pixels: MaxPixelsOption = MAX_PIXELS,
    config: ConfigOption = None,
    json: JsonFlag = False,
) -> None:
    """Write rows for a trainer; with any reject: exit code 1 and no output, unless --allow-rejects."""
    from wethink_plugins.datasets.exporters import SFT_HOSTS, output_file
    from wethink_plugins.datasets.exporters import export as write_rows
    from wethink_plugins.datasets.validate import validate as check_rows

    if host not in _HOSTS:
        raise typer.BadParameter(f"{host!r} is not one of {', '.join(_HOSTS)}", param_hint="HOST")
    if split not in (None, *_SPLITS):
        raise typer.BadParameter(f"{split!r} is not one of {', '.join(_SPLITS)}", param_hint="--split")
    if model is not None and host != "easyr1":
        raise typer.BadParameter("prompt lengths are checked for easyr1 only", param_hint="--model")
    target = output_file(host, file, out, name)
    lengths = prompt_lengths(model, prompt, max_prompt_length, min_pixels, max_pixels)
    found = check_rows(
        file, images, config, infer_types, for_sft=host in SFT_HOSTS, check=lengths.check if lengths else None
    )
    report_rejects(found)
    rejects = _keep_rejects(found, target)
    if found.rejects and not allow_rejects:
        what = f"nothing exported: {len(found.rejects)} of {found.counts['read']} rows are rejected, see {rejects}"
        complain(f"{what}; repair them or give --allow-rejects")
        raise typer.Exit(1)
    written = write_rows(host, found, out, prompt, name, split, lengths.settings() if lengths else None)
    if host == "easyr1" and lengths is None:
        complain(f"{file}: prompt lengths are not checked; give --model, or leave data.filter_overlong_prompts on")
    result = {"file": str(written), "rejects": str(rejects) if rejects else None, **found.counts}
    say_json(result) if json else say(
        f"wrote {written}: {found.counts['accepted']} rows, {found.counts['rejected']} rejected"
    )


def _keep_rejects(found: Validation, target: Path) -> Path | None:
    """The rejects beside the output; those of an earlier run are taken away, so that none are read as of this one."""
    from wethink_plugins.datasets.rejects import rejects_path, write_rejects
    from wethink_plugins.datasets.write import remove

    file = rejects_path(target)
    if found.rejects:
        return write_rejects(file, found.rejects)
    remove(file)
    return None
