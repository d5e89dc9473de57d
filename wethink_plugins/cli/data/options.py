"""What the verbs of `wethink data` have in common."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wethink_plugins.cli.output import OptionalPath

FileArgument = Annotated[Path, typer.Argument(help="WeThink rows: .jsonl, .json or .parquet.")]
ImagesOption = Annotated[
    OptionalPath, typer.Option("--images", help="What image_path is relative to; default: the folder of FILE.")
]
InferFlag = Annotated[
    bool, typer.Option("--infer-types", help="Derive the type from options and answer where the category is unknown.")
]
