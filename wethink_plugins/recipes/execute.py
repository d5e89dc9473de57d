"""Runs the command that trains: its output shown as it comes, and kept."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import BinaryIO

from wethink_plugins.recipes.steps import Step

_CHUNK = 1 << 16


def run_logged(step: Step, log: Path, quiet: bool = False) -> int:
    """The exit code. `log` gets all output too, appended; `quiet` shows it on stderr, where stdout is for JSON."""
    shown = sys.stderr if quiet else sys.stdout
    shown.flush()
    with log.open("ab") as kept:
        kept.write(f"$ {step.line}\n".encode())
        process = subprocess.Popen(
            step.words, env={**os.environ, **step.variables}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        assert process.stdout is not None
        before = signal.signal(signal.SIGTERM, lambda *_: process.terminate())  # what trains must not outlive this
        try:
            _copy(process.stdout, kept, shown.buffer)
        except KeyboardInterrupt:  # it has been told too, and may have something to save
            _copy(process.stdout, kept, shown.buffer)
        finally:
            signal.signal(signal.SIGTERM, before)
        return process.wait()


def _copy(source: object, *targets: BinaryIO) -> None:
    while chunk := source.read1(_CHUNK):  # type: ignore[attr-defined]
        for target in targets:
            target.write(chunk)
            target.flush()
