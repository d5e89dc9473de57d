"""`wethink data validate`: which rows a trainer may see, and why not the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from wethink_plugins.cli.data.options import FileArgument, ImagesOption, InferFlag
from wethink_plugins.cli.data.rejected import report_rejects
from wethink_plugins.cli.output import ConfigOption, JsonFlag, OptionalPath, say, say_json, say_table

if TYPE_CHECKING:
    from wethink_plugins.datasets.validate import Validation


def validate(
    file: FileArgument,
    images: ImagesOption = None,
    rejects: Annotated[
        OptionalPath, typer.Option("--rejects", help="Write the rejected rows here, with reasons (JSONL).")
    ] = None,
    infer_types: InferFlag = False,
    sft: Annotated[
        bool, typer.Option("--sft", help="For supervised fine-tuning: each row needs reasoning, none a judge.")
    ] = False,
    config: ConfigOption = None,
    json: JsonFlag = False,
) -> None:
    """Check every row; exit code 1 when any is rejected."""
    from wethink_plugins.datasets.rejects import write_rejects
    from wethink_plugins.datasets.validate import validate as check_rows
    from wethink_plugins.datasets.write import refuse_overwriting

    if rejects is not None:
        refuse_overwriting(file, rejects)
    found = check_rows(file, images, config, infer_types, for_sft=sft)
    if rejects is not None:
        write_rejects(rejects, found.rejects)
    report_rejects(found)
    say_json(_summary(found)) if json else _show_counts(found)
    if found.rejects:
        raise typer.Exit(1)


def _summary(found: Validation) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "file": str(found.file),
        **found.counts,
        "unknown": [asdict(unknown) for unknown in found.unknown],
        "rejects": [asdict(reject) for reject in found.rejects],
    }


def _show_counts(found: Validation) -> None:
    if found.unknown:
        say_table(
            "unknown values",
            ("value", "rows", "to add to the YAML"),
            [(u.value or f"(no {u.field})", u.rows, u.yaml if u.value else "") for u in found.unknown],
        )
    counts = found.counts
    say(f"{found.file}: {counts['read']} rows read, {counts['accepted']} accepted, {counts['rejected']} rejected")
    for title in ("question_type", "reward_method", "repairs"):
        for value, number in counts[title].items():
            say(f"  {title}: {value} {number}")
