"""`wethink data export`: validated rows as files for a trainer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wethink_plugins.cli.data.options import (
    MAX_LENGTH,
    MAX_PIXELS,
    MIN_PIXELS,
    FileArgument,
    MaxLengthOption,
    MaxPixelsOption,
    MinPixelsOption,
    ModelOption,
    RemoveOption,
    prompt_lengths,
    removed_rows,
    say_unmatched,
)
from wethink_plugins.cli.data.rejected import report_rejects
from wethink_plugins.cli.options import (
    ConfigOption,
    ImagesOption,
    InferFlag,
    JsonFlag,
    OptionalFlag,
    OptionalFloat,
    OptionalInt,
    OptionalText,
    PromptOption,
)
from wethink_plugins.cli.output import complain, say, say_json
from wethink_plugins.counted import counted

if TYPE_CHECKING:
    from wethink_plugins.datasets.exporters import Layout
    from wethink_plugins.datasets.validate import Validation

_HOSTS = ("easyr1", "llamafactory", "llamafactory-v1", "verl", "trl")
_FORMATS = ("json", "jsonl", "parquet")
_SPLITS = ("train", "val", "test")


def export(
    host: Annotated[str, typer.Argument(help=f"One of: {', '.join(_HOSTS)}.")],
    file: FileArgument,
    out: Annotated[
        Path, typer.Option("--out", help="A file, for llamafactory the dataset_dir; with --shards or --val-… a folder.")
    ],
    images: ImagesOption = None,
    prompt: PromptOption = "wethink",
    name: Annotated[
        OptionalText, typer.Option("--name", help="llamafactory: name of the dataset; default: stem of FILE.")
    ] = None,
    split: Annotated[
        OptionalText,
        typer.Option("--split", help="train, val or test, for rows that name none; default: stem of FILE, else train."),
    ] = None,
    form: Annotated[
        OptionalText,
        typer.Option("--format", help=f"{', '.join(_FORMATS)}, where the host reads it; default: what it likes best."),
    ] = None,
    embed: Annotated[
        OptionalFlag,
        typer.Option(
            "--embed/--paths",
            help="Image files inside the file, or by absolute path; default: inside for verl and trl.",
        ),
    ] = None,
    shards: Annotated[
        OptionalInt,
        typer.Option("--shards", min=1, help="Cut the training rows into so many files."),
    ] = None,
    val_share: Annotated[
        OptionalFloat,
        typer.Option("--val-share", help="Take this share as validation rows, no picture being on both sides."),
    ] = None,
    val_rows: Annotated[
        OptionalInt,
        typer.Option("--val-rows", help="The same, as a number of rows."),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="With --val-share or --val-rows: draws other rows.")] = 0,
    remove: RemoveOption = None,
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
    from wethink_plugins.datasets.exporters import SFT_HOSTS, Layout, output_file
    from wethink_plugins.datasets.exporters import export as write_rows
    from wethink_plugins.datasets.validate import validate as check_rows

    _refuse_contradictions(host, split, form, model, val_share, val_rows)
    layout = Layout(form, embed, shards, val_share, val_rows, seed)
    target = output_file(host, file, out, name, layout)
    lengths = prompt_lengths(model, prompt, max_prompt_length, min_pixels, max_pixels)
    found = check_rows(
        file,
        images,
        config,
        infer_types,
        for_sft=host in SFT_HOSTS,
        check=lengths.check if lengths else None,
        remove=removed_rows(remove),
    )
    report_rejects(found)
    say_unmatched(found)
    rejects = _keep_rejects(found, target, layout)
    if found.rejects and not allow_rejects:
        what = f"nothing exported: {len(found.rejects)} of {found.counts['read']} rows are rejected, see {rejects}"
        complain(f"{what}; repair them or give --allow-rejects")
        raise typer.Exit(1)
    written = write_rows(host, found, out, prompt, name, split, lengths.settings() if lengths else None, layout)
    if host == "easyr1" and lengths is None:
        complain(f"{file}: prompt lengths are not checked; give --model, or leave data.filter_overlong_prompts on")
    _tell(written, rejects, found, _sides(written) if layout.is_set else [], json)


def _refuse_contradictions(
    host: str, split: str | None, form: str | None, model: str | None, val_share: float | None, val_rows: int | None
) -> None:
    if host not in _HOSTS:
        raise typer.BadParameter(f"{host!r} is not one of {', '.join(_HOSTS)}", param_hint="HOST")
    if split not in (None, *_SPLITS):
        raise typer.BadParameter(f"{split!r} is not one of {', '.join(_SPLITS)}", param_hint="--split")
    if model is not None and host != "easyr1":
        raise typer.BadParameter("prompt lengths are checked for easyr1 only", param_hint="--model")
    if form not in (None, *_FORMATS):
        raise typer.BadParameter(f"{form!r} is not one of {', '.join(_FORMATS)}", param_hint="--format")
    if val_share is not None and val_rows is not None:
        raise typer.BadParameter("give --val-share or --val-rows, not both", param_hint="--val-rows")
    if split is not None and (val_share is not None or val_rows is not None):
        raise typer.BadParameter("rows can't be split and all be of one split", param_hint="--split")


def _tell(written: Path, rejects: Path | None, found: Validation, sides: list[dict[str, Any]], json: bool) -> None:
    if json:
        say_json({"file": str(written), "rejects": str(rejects) if rejects else None, **found.counts, "sides": sides})
        return
    removed = f", {found.counts['removed']} left out by the list" if "removed" in found.counts else ""
    say(f"wrote {written}: {counted(found.counts['accepted'], 'row')}, {found.counts['rejected']} rejected{removed}")
    for side in sides:
        say(_side_text(side))


def _sides(folder: Path) -> list[dict[str, Any]]:
    """What the manifests of a set say of each side."""
    from json import loads

    found = [loads(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.manifest.json"))]
    return [
        {key: one[key] for key in ("output", "shards", "rows", "side", "split_by_image") if key in one} for one in found
    ]


def _side_text(side: dict[str, Any]) -> str:
    shards = side.get("shards")
    names = f"{shards[0]['file']} and {len(shards) - 1} more" if shards else side["output"]["file"]
    made = side.get("split_by_image")
    if not made:
        return f"  {names}: {counted(side['rows'], 'row')}"
    val, largest = side["side"] == "val", made["largest_group"]
    more = f" ({made['wanted']} asked for)" if val and made["wanted"] != side["rows"] else ""
    shared = f", up to {largest} rows share pictures" if not val and largest > 1 else ""
    return (
        f"  {names}: {counted(side['rows'], 'row')}{more}, {counted(made['images'][side['side']], 'picture')}{shared}"
    )


def _keep_rejects(found: Validation, target: Path, layout: Layout) -> Path | None:
    """The rejects beside the output; those of an earlier run are taken away, so that none are read as of this one."""
    from wethink_plugins.datasets.rejects import rejects_path, write_rejects
    from wethink_plugins.datasets.write import remove

    file = target.with_name(f"{target.name}.rejects.jsonl") if layout.is_set else rejects_path(target)
    if found.rejects:
        return write_rejects(file, found.rejects)
    remove(file)
    return None
