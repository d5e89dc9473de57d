"""`wethink synth resume`: goes on with a run that was stopped or killed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wethink_plugins.cli.options import JsonFlag, OptionalPath, QuietFlag
from wethink_plugins.cli.synth.engine import EngineFlag, WorkersFlag, check_engine


def resume(
    run: Annotated[Path, typer.Argument(help="The run's folder.")],
    config: Annotated[
        OptionalPath,
        typer.Option("--config", help="The run's YAML with other limits or servers; what shapes a row may not differ."),
    ] = None,
    json: JsonFlag = False,
    quiet: QuietFlag = False,
    engine: EngineFlag = "asyncio",
    workers: WorkersFlag = None,
) -> None:
    """Go on where a run ended. No call that was answered is made again; what was in flight is."""
    from wethink_plugins.cli.synth.work import work
    from wethink_plugins.synthesis.config import SynthesisConfig
    from wethink_plugins.synthesis.run import RunFolder
    from wethink_plugins.synthesis.running.start import start

    check_engine(engine)
    folder = RunFolder.open(run)
    folder.lock()
    if config is not None:
        folder.change(SynthesisConfig.load(config))
    work(folder, start(folder), json, quiet, engine, workers)
