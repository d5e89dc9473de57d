"""`wethink data validate`: which rows a trainer may see, and why not the others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
from wethink_plugins.cli.data.progress import progress_of
from wethink_plugins.cli.data.rejected import report_rejects
from wethink_plugins.cli.data.summary import show, summary_of
from wethink_plugins.cli.options import (
    ConfigOption,
    ImagesOption,
    InferFlag,
    JsonFlag,
    OptionalPath,
    PromptOption,
    QuietFlag,
)
from wethink_plugins.cli.output import complain, say_json
from wethink_plugins.counted import counted
from wethink_plugins.errors import WeThinkError

if TYPE_CHECKING:
    from wethink_plugins.datasets.validate import Validation


def validate(
    file: FileArgument,
    images: ImagesOption = None,
    rejects: Annotated[
        OptionalPath,
        typer.Option("--rejects", help="The rejected rows, with reasons; default: FILE's stem + .rejects.jsonl."),
    ] = None,
    fix: Annotated[
        OptionalPath, typer.Option("--fix", help="Write the accepted rows, repairs made, to this .jsonl file.")
    ] = None,
    fixed_images: Annotated[
        OptionalPath,
        typer.Option("--fixed-images", help="With --fix: folder for upright, RGB, one-frame copies of odd pictures."),
    ] = None,
    report: Annotated[OptionalPath, typer.Option("--report", help="Write a page about all this (.html).")] = None,
    sources: Annotated[
        OptionalPath, typer.Option("--sources", help="YAML of sources (licence, quota …) over the built-in ones.")
    ] = None,
    remove: RemoveOption = None,
    infer_types: InferFlag = False,
    sft: Annotated[
        bool, typer.Option("--sft", help="For supervised fine-tuning: each row needs reasoning, none a judge.")
    ] = False,
    prompt: PromptOption = "wethink",
    model: ModelOption = None,
    max_prompt_length: MaxLengthOption = MAX_LENGTH,
    min_pixels: MinPixelsOption = MIN_PIXELS,
    max_pixels: MaxPixelsOption = MAX_PIXELS,
    config: ConfigOption = None,
    quiet: QuietFlag = False,
    json: JsonFlag = False,
) -> None:
    """Check every row; exit code 1 when any is rejected."""
    from wethink_plugins.datasets.fix import write_fixed
    from wethink_plugins.datasets.validate import validate as check_rows
    from wethink_plugins.datasets.write import refuse_overwriting

    if fixed_images is not None and fix is None:
        raise typer.BadParameter("copies need a file of rows that show them: give --fix", param_hint="--fixed-images")
    if fix is not None and fix.suffix != ".jsonl":
        raise typer.BadParameter("the rows are written as JSON lines: NAME.jsonl", param_hint="--fix")
    refuse_overwriting(file, *(path for path in (rejects, fix, report) if path is not None))
    lengths = prompt_lengths(model, prompt, max_prompt_length, min_pixels, max_pixels)
    page = _Page(report) if report is not None else None
    with progress_of(file, quiet or json) as observers:
        found = check_rows(
            file,
            images,
            config,
            infer_types,
            for_sft=sft,
            check=lengths.check if lengths else None,
            observers=[*observers, *([page.composition] if page else [])],
            sources=sources,
            remove=removed_rows(remove),
            require_judge=False,
        )
    kept = _keep_rejects(found, rejects)
    fixed = write_fixed(found, fix, fixed_images) if fix is not None else None
    if page:
        page.write(found)
    report_rejects(found, with_yaml=json)
    say_unmatched(found)
    if not sft and found.counts["need_judge"] and not _has_judge(config):
        needing = found.counts["need_judge"]
        needs = f"{counted(needing, 'row')} {'needs' if needing == 1 else 'need'} a judge model"
        complain(f"{needs}, and none is configured: exports will ask for it")
    summary = {**summary_of(found, lengths, kept, fix, fixed), "report_file": str(report) if report else None}
    say_json(summary) if json else show(found, summary)
    if found.rejects:
        raise typer.Exit(1)


def _has_judge(config: Path | None) -> bool:
    from wethink_plugins.config import WeThinkConfig

    judge = WeThinkConfig.load(config).judge
    return bool(judge.offline or judge.endpoints)


class _Page:
    """The report; loaded only when asked for."""

    def __init__(self, target: Path) -> None:
        from wethink_plugins.datasets.composition import Composition

        self.target, self.composition = target, Composition()

    def write(self, found: Validation) -> None:
        from wethink_plugins.datasets.validation_page import write_page
        from wethink_plugins.datasets.write import replacing

        with replacing(self.target) as temporary:
            write_page(found, self.composition, temporary)


def _keep_rejects(found: Validation, asked: Path | None) -> Path | None:
    """Those of an earlier run are taken away, so that none are read as of this one. Beside a file in a folder that
    can't be written only a line says that they weren't kept."""
    from wethink_plugins.datasets.rejects import rejects_path, write_rejects
    from wethink_plugins.datasets.write import remove

    target = asked or rejects_path(found.file.expanduser())
    try:
        if found.rejects or asked:
            return write_rejects(target, found.rejects)
        remove(target)
    except WeThinkError as error:
        if asked:
            raise
        complain(f"the rejects are not kept: {error}; --rejects FILE puts them elsewhere")
    return None
