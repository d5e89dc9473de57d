"""The progress of a run on the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


@contextmanager
def shown_progress() -> Iterator[ProgressLine]:
    """To stderr, so that results can be piped away."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn()
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True)) as progress:
        yield ProgressLine(progress, progress.add_task("loading", total=None))


class ProgressLine:
    """Counts rows, and what to look at while they come: broken formats, cut-off texts, errors."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress, self._task = progress, task
        self._seen = self._format = self._cut = self._failed = 0

    def begun(self, count: int, done: int) -> None:
        self._progress.reset(self._task, total=count, completed=done, description="answered")

    def answered(self, line: dict[str, Any]) -> None:
        self._seen += 1
        self._format += line["format_fault"] == ""
        self._cut += line["finish_reason"] == "length"
        self._failed += line["response"] is None
        text = f"format {self._format / self._seen:.0%}, cut off {self._cut}, failed {self._failed}"
        self._progress.update(self._task, advance=1, description=text)
