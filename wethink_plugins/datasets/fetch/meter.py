"""One line that says how far it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class Meter(Protocol):
    """Told by many threads; `done` bytes of what was announced."""

    def advance(self, done: int) -> None: ...


class Quiet:
    def advance(self, done: int) -> None:
        """Nobody looks."""


class Meters:
    """Makes the lines; these make none."""

    @contextmanager
    def stage(self, title: str, total: int) -> Iterator[Meter]:
        """`total` in bytes."""
        yield Quiet()


class Lines(Meters):
    """On the terminal's stderr, gone when the stage is over; nothing where stderr is no terminal."""

    @contextmanager
    def stage(self, title: str, total: int) -> Iterator[Meter]:
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn, TransferSpeedColumn

        console = Console(stderr=True)
        if not console.is_terminal:
            yield Quiet()
            return
        columns = ("{task.description}", BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
        with Progress(*columns, console=console, transient=True) as progress:
            yield _Line(progress, progress.add_task(title, total=total))


class _Line:
    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress, self._task = progress, task

    def advance(self, done: int) -> None:
        self._progress.advance(self._task, done)
