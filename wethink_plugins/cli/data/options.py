"""What the verbs of `wethink data` have in common."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wethink_plugins.cli.output import OptionalPath, OptionalText

if TYPE_CHECKING:
    from wethink_plugins.datasets.prompt_length import PromptLengths

FileArgument = Annotated[Path, typer.Argument(help="WeThink rows: .jsonl, .json or .parquet.")]
ImagesOption = Annotated[
    OptionalPath, typer.Option("--images", help="What image_path is relative to; default: the folder of FILE.")
]
InferFlag = Annotated[
    bool, typer.Option("--infer-types", help="Derive the type from options and answer where the category is unknown.")
]
PromptOption = Annotated[str, typer.Option("--prompt", help="System prompt: a registered name, or a text file.")]
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
    OptionalPath,
    typer.Option("--remove", help="Leave out the rows on this list: remove.txt of `wethink data contamination`."),
]
QuietFlag = Annotated[bool, typer.Option("--quiet", help="No progress on the terminal.")]
# EasyR1's own defaults.
MAX_LENGTH, MIN_PIXELS, MAX_PIXELS = 2048, 262144, 4194304


def prompt_lengths(
    model: str | None, prompt: str, limit: int, min_pixels: int, max_pixels: int
) -> PromptLengths | None:
    """None without a model."""
    from wethink_plugins.datasets.prompt_length import PromptLengths

    return PromptLengths.of_model(model, prompt, limit, min_pixels, max_pixels) if model is not None else None


def removed_rows(file: Path | None) -> frozenset[str]:
    """The ids on the list; none without one."""
    from wethink_plugins.datasets.contamination.removal import removable

    return removable(file) if file is not None else frozenset()
