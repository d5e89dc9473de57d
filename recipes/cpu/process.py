"""Run a program with its output in a log file, watch it for figures, and leave nothing running behind."""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

MARK = "WETHINK_DEMO_RUN"
"""Environment variable that every process of a run inherits; by it the stray ones are found."""
POLL_S = 0.5
GRACE_S = 10
_ON_PARENT_DEATH = 1  # PR_SET_PDEATHSIG


class CommandFailed(Exception):
    """A program ended with an error; `log` has its output."""

    def __init__(self, command: Sequence[str], code: int, log: Path) -> None:
        self.log, self.code = log, code
        super().__init__(f"{Path(command[0]).name} {' '.join(command[1:3])} ended with code {code}")


def run_logged(
    command: Sequence[object],
    log: Path,
    environment: Mapping[str, str],
    on_text: Callable[[str], None] = lambda text: None,
) -> None:
    """Run to the end; `on_text` gets what was newly written to the log, every half second. Raises CommandFailed."""
    place = log.stat().st_size if log.exists() else 0
    with running(command, log, environment) as process:
        while process.poll() is None:
            time.sleep(POLL_S)
            place = _follow(log, place, on_text)
        _follow(log, place, on_text)
    if process.returncode:
        raise failed(process, log)


@contextlib.contextmanager
def running(command: Sequence[object], log: Path, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A program in a process group of its own, with its output in the log.

    However the block ends (error, Ctrl-C, a signal), the whole group is ended with it, and so it is when this process
    is killed outright (on Linux).
    """
    words = [str(word) for word in command]
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        output.write(f"$ {' '.join(words)}\n".encode())
        output.flush()
        process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, env={**os.environ, **environment},
            start_new_session=True, preexec_fn=_end_with_parent if sys.platform == "linux" else None,
        )  # fmt: skip
    try:
        yield process
    finally:
        end_group(process)


def failed(process: subprocess.Popen[bytes], log: Path) -> CommandFailed:
    return CommandFailed(process.args, process.returncode, log)


def end_group(process: subprocess.Popen[bytes]) -> None:
    """Ask the process group to end, then end it."""
    for number, patience in ((signal.SIGTERM, GRACE_S), (signal.SIGKILL, GRACE_S)):
        if process.poll() is not None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)


def end_strays(mark: str) -> int:
    """End every process that carries this mark and isn't this one or above it (Ray starts some in sessions of their own)."""
    import psutil

    own = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    strays = [process for process in psutil.process_iter() if process.pid not in own and _mark_of(process) == mark]
    for process in strays:
        with contextlib.suppress(psutil.Error):
            process.terminate()
    for process in psutil.wait_procs(strays, timeout=5)[1]:
        with contextlib.suppress(psutil.Error):
            process.kill()
    return len(strays)


def last_lines(log: Path, count: int = 15) -> list[str]:
    """The end of a log, progress bars reduced to their last state, without blank lines."""
    text = log.read_bytes()[-40_000:].decode("utf-8", errors="replace")
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line.rstrip().rsplit("\r", 1)[-1]) for line in text.split("\n")]
    return [line for line in lines if line][-count:]


def _follow(log: Path, place: int, on_text: Callable[[str], None]) -> int:
    with log.open("rb") as file:
        file.seek(place)
        new = file.read()
    if new:
        on_text(new.decode("utf-8", errors="replace"))
    return place + len(new)


def _mark_of(process: object) -> str | None:
    import psutil

    try:
        return process.environ().get(MARK)
    except (psutil.Error, OSError):
        return None


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(_ON_PARENT_DEATH, signal.SIGTERM)
