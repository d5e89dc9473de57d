"""Options that several verbs take: each is written once, so that it is spelled and explained alike everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

# typer before 0.12.4 doesn't read `X | None`.
OptionalPath = Optional[Path]  # noqa: UP045
OptionalPaths = Optional[list[Path]]  # noqa: UP045
OptionalText = Optional[str]  # noqa: UP045
OptionalTexts = Optional[list[str]]  # noqa: UP045
OptionalInt = Optional[int]  # noqa: UP045
OptionalFloat = Optional[float]  # noqa: UP045
OptionalFlag = Optional[bool]  # noqa: UP045

JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON value instead of text.")]
QuietFlag = Annotated[bool, typer.Option("--quiet", help="No progress on the terminal.")]
ConfigOption = Annotated[
    OptionalPath,
    typer.Option(
        "--config", help="The YAML with weights, aliases, judge and so on; default: the file WETHINK_CONFIG names."
    ),
]
ImagesOption = Annotated[
    OptionalPath, typer.Option("--images", help="What image_path is relative to; default: the folder of FILE.")
]
PromptOption = Annotated[str, typer.Option("--prompt", help="System prompt: a registered name, or a text file.")]
InferFlag = Annotated[
    bool, typer.Option("--infer-types", help="Derive the type from options and answer where the category is unknown.")
]
SettingsArgument = Annotated[
    OptionalTexts, typer.Argument(help="KEY=VALUE, as on the host's command line.", show_default=False)
]
