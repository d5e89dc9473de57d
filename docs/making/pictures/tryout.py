"""The folder that recipes/cpu/tryout.py writes, which the pages of docs/tasks begin from, and its scripted models."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from pictures.picture import RECIPE, Desk
from pictures.wethink import ended, environment


def tryout(desk: Desk, port: int | None = None) -> Path:
    folder = desk.folder / "tryout"
    words = [RECIPE / "tryout.py", "--out", folder, *([] if port is None else ["--port", port])]
    subprocess.run([sys.executable, *map(str, words)], env=environment(), stdout=subprocess.DEVNULL, check=True)
    return folder


@contextlib.contextmanager
def served_tryout(desk: Desk) -> Iterator[Path]:
    """With its models, at a port that is free: nothing of a report depends on which."""
    port = _free_port()
    folder = tryout(desk, port)
    words = (RECIPE / "scripted_models.py", folder, "--port", port)
    with ended([sys.executable, *map(str, words)], desk.folder) as process:
        said = process.stdout.readline() if process.stdout else ""
        if f":{port}/" not in said:
            raise RuntimeError(f"recipes/cpu/scripted_models.py ended: {said}")
        yield folder


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
