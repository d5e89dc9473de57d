"""How far a file has been read: one line on the terminal, to stderr, so that results can be piped away."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from wethink_plugins.datasets.observer import Observer, Size
    from wethink_plugins.datasets.rejects import Reject
    from wethink_plugins.rows import Row


@contextmanager
def progress_of(file: Path, quiet: bool) -> Iterator[list[Observer]]:
    """Observers for `validate`: none where nobody looks (no terminal, --quiet)."""
    if quiet or not sys.stderr.isatty():
        yield []
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield [_Line(progress, progress.add_task(file.name, total=_lines(file)))]


class _Line:
    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress, self._task, self._rejects = progress, task, 0

    def accepted(self, row: Row, sizes: tuple[Size, ...]) -> None:
        self._progress.advance(self._task)

    def rejected(self, reject: Reject, record: Mapping[str, Any]) -> None:
        self._rejects += 1
        self._progress.update(self._task, advance=1, description=f"{self._rejects} rejected")


def _lines(file: Path) -> int | None:
    """None where rows aren't lines, or nothing can be read: the reader will say why."""
    if file.suffix.lower() != ".jsonl" or not file.is_file():  # a pipe would be waited for
        return None
    try:
        with file.open("rb") as data:
            return sum(chunk.count(b"\n") for chunk in iter(lambda: data.read(1 << 20), b""))
    except OSError:
        return None
