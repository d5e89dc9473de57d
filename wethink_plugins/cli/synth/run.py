"""`wethink synth run`: starts a run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wethink_plugins.cli.output import JsonFlag


def run(
    config: Annotated[Path, typer.Argument(help="The YAML of the pipeline; start from one in data_tools/synthesis.")],
    out: Annotated[Path, typer.Option("--out", help="The run's folder; made. Everything of the run is in it.")],
    json: JsonFlag = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bar.")] = False,
) -> None:
    """Make rows from images, until all are done or a limit is reached. Killed at any moment, `resume` goes on."""
    from wethink_plugins.cli.synth.work import work
    from wethink_plugins.errors import WeThinkError
    from wethink_plugins.synthesis.config import SynthesisConfig
    from wethink_plugins.synthesis.run import RunFolder
    from wethink_plugins.synthesis.start import start

    settings = SynthesisConfig.load(config)
    folder = RunFolder.create(out, settings)
    folder.lock()
    try:
        ledger = start(folder)
    except WeThinkError:
        folder.withdraw()
        raise
    work(folder, ledger, json, quiet)
