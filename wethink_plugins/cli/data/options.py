"""What the verbs of `wethink data` have in common."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wethink_plugins.cli.options import OptionalPaths, OptionalText
from wethink_plugins.cli.output import complain

if TYPE_CHECKING:
    from wethink_plugins.datasets.prompt_length import PromptLengths
    from wethink_plugins.datasets.validate import Validation

FileArgument = Annotated[Path, typer.Argument(help="WeThink rows: .jsonl, .json or .parquet.")]
ModelOption = Annotated[
    OptionalText,
    typer.Option("--model", help="Folder of the model; rows whose prompt is too long for it are rejected."),
]
MaxLengthOption = Annotated[
    int, typer.Option("--max-prompt-length", help="With --model: EasyR1's data.max_prompt_length, in tokens.")
]
MinPixelsOption = Annotated[int, typer.Option("--min-pixels", help="With --model: EasyR1's data.min_pixels.")]
MaxPixelsOption = Annotated[int, typer.Option("--max-pixels", help="With --model: EasyR1's data.max_pixels.")]
RemoveOption = Annotated[
    OptionalPaths,
    typer.Option(
        "--remove",
        help="Leave out the rows on this list: remove.txt of `wethink data contamination`. May be given again.",
    ),
]
# EasyR1's own defaults.
MAX_LENGTH, MIN_PIXELS, MAX_PIXELS = 2048, 262144, 4194304


def prompt_lengths(
    model: str | None, prompt: str, limit: int, min_pixels: int, max_pixels: int
) -> PromptLengths | None:
    """None without a model."""
    from wethink_plugins.datasets.prompt_length import PromptLengths

    return PromptLengths.of_model(model, prompt, limit, min_pixels, max_pixels) if model is not None else None


def removed_rows(files: Sequence[Path] | None) -> frozenset[str]:
    """The ids on the lists; none without one."""
    from wethink_plugins.datasets.contamination.removal import removable

    return frozenset().union(*map(removable, files or ()))


def say_unmatched(found: Validation) -> None:
    """Ids on the lists that no row has: a list of another file leaves everything in."""
    if found.unmatched:
        what = f"{len(found.unmatched)} ids to remove are of no row, the first: {found.unmatched[0]!r:.100}"
        complain(f"{found.file}: {what}; see whether the list was made for this file")
