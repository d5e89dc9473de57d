"""`wethink VERB ...` as a reader would start it, in a folder of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from pictures.picture import CHECKOUT

_PROGRAM = (sys.executable, "-m", "wethink_plugins.cli.main")


def wethink(*words: object, folder: Path, codes: tuple[int, ...] = (0,)) -> str:
    """What it prints, stdout and stderr as they come. Raises RuntimeError for another exit code."""
    done = subprocess.run(
        [*_PROGRAM, *map(str, words)],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode not in codes:
        raise RuntimeError(f"wethink {' '.join(map(str, words))} ended with {done.returncode}: {done.stdout}")
    return done.stdout


@contextlib.contextmanager
def started(*words: object, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A verb that goes on until it is interrupted."""
    with ended([*_PROGRAM, *map(str, words)], folder) as process:
        yield process


@contextlib.contextmanager
def ended(command: Sequence[str], folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A program that is interrupted at the end of the block."""
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate()


def environment() -> dict[str, str]:
    """Without settings of whoever makes the pictures."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WETHINK_")}
    path = os.pathsep.join(filter(None, (str(CHECKOUT), os.environ.get("PYTHONPATH"))))
    return {**kept, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1", "COLUMNS": "110"}
