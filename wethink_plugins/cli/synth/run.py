"""`wethink synth run`: starts a run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wethink_plugins.cli.options import JsonFlag, OptionalPath, QuietFlag
from wethink_plugins.cli.synth.engine import EngineFlag, WorkersFlag, check_engine


def run(
    config: Annotated[Path, typer.Argument(help="The YAML of the pipeline; start from one in data_tools/synthesis.")],
    out: Annotated[Path, typer.Option("--out", help="The run's folder; made. Everything of the run is in it.")],
    extend: Annotated[
        OptionalPath, typer.Option("--extend", help="Rows that are there already: add what they lack and don't ask.")
    ] = None,
    json: JsonFlag = False,
    quiet: QuietFlag = False,
    engine: EngineFlag = "asyncio",
    workers: WorkersFlag = None,
) -> None:
    """Make rows from images, until all are done or a limit is reached. Killed at any moment, `resume` goes on."""
    from wethink_plugins.cli.synth.work import work
    from wethink_plugins.errors import WeThinkError
    from wethink_plugins.synthesis.config import SynthesisConfig
    from wethink_plugins.synthesis.growing.extend import keep_base
    from wethink_plugins.synthesis.run import RunFolder
    from wethink_plugins.synthesis.running.start import start

    check_engine(engine)
    settings = SynthesisConfig.load(config)
    RunFolder.check_new(out)
    folder = RunFolder.create(out, settings, keep_base(out, extend))
    folder.lock()
    try:
        ledger = start(folder)
    except WeThinkError:
        folder.withdraw()
        raise
    work(folder, ledger, json, quiet, engine, workers)
