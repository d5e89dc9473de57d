"""What a person sees while the stages run: every stage, for how long, and the last figure from its log."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from types import TracebackType

from rich.console import Console, Group
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text
from stages import Stage

PLAIN_EVERY_S = 30
"""Without a terminal a line is written at most this often."""
PATTERNS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (
        re.compile(r"step:(\d+) - .*?critic/score/mean:([-\d.einf]+)"),
        lambda m: f"step {m[1]}, mean reward {float(m[2]):.3f}",
    ),
    (
        re.compile(r"'loss': '?([\d.]+)'?.*?'epoch': '?([\d.]+)"),
        lambda m: f"loss {float(m[1]):.3f} at epoch {float(m[2]):.2f}",
    ),
)
"""verl's console line and LLaMA-Factory's loss line."""


def last_figure(text: str) -> str | None:
    """The last figure that the text shows, or None."""
    for pattern, tell in PATTERNS:
        if found := list(pattern.finditer(text)):
            return tell(found[-1])
    return None


def clock(seconds: float) -> str:
    """Minutes and seconds, as 3:07."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


class Board:
    """A live table on a terminal, plain lines elsewhere. Use as a context manager; it watches `run_stages`."""

    def __init__(self, titles: dict[str, str], console: Console | None = None) -> None:
        self.console = console or Console()
        self._titles = titles
        self._done: dict[str, tuple[str, float]] = {}
        self._now: str | None = None
        self._figure, self._start, self._said = "", 0.0, 0.0
        self._live = (
            Live(get_renderable=self._table, console=self.console, refresh_per_second=4)
            if self.console.is_terminal
            else None
        )

    def __enter__(self) -> Board:
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._live.stop()

    def skipped(self, stage: Stage, seconds: float) -> None:
        self._end(stage, "skipped", seconds, f"{stage.title}: finished before ({clock(seconds)})")

    def started(self, stage: Stage) -> None:
        self._now, self._figure, self._start, self._said = stage.name, "", time.monotonic(), time.monotonic()
        self._say(f"{stage.title} ...")

    def finished(self, stage: Stage, seconds: float) -> None:
        self._end(stage, "done", seconds, f"{stage.title}: done in {clock(seconds)}")

    def failed(self, stage: Stage) -> None:
        self._end(stage, "failed", time.monotonic() - self._start, f"{stage.title}: not finished")

    def text(self, text: str) -> None:
        """Takes what was newly written to the running stage's log."""
        self._figure = last_figure(text) or self._figure
        if time.monotonic() - self._said > PLAIN_EVERY_S:
            self._said = time.monotonic()
            figure = f": {self._figure}" if self._figure else ""
            self._say(f"  after {clock(self._said - self._start)}{figure}")

    def _end(self, stage: Stage, how: str, seconds: float, line: str) -> None:
        self._done[stage.name] = (how, seconds)
        self._now = None
        self._say(line)

    def _say(self, line: str) -> None:
        if not self._live:
            self.console.print(line, highlight=False, markup=False, soft_wrap=True)

    def _table(self) -> Group:
        table = Table.grid(padding=(0, 2))
        for name, title in self._titles.items():
            how, seconds = self._done.get(name, ("running" if name == self._now else "waiting", 0.0))
            elapsed = time.monotonic() - self._start if how == "running" else seconds
            marks = {
                "skipped": Text("✓", "dim"),
                "done": Text("✓", "green"),
                "failed": Text("✗", "red"),
                "waiting": Text("·", "dim"),
            }
            mark = marks.get(how) or Spinner("dots", style="cyan")
            note = {"running": self._figure, "skipped": "finished before", "failed": "not finished"}.get(how, "")
            table.add_row(
                mark,
                Text(title, "dim" if how == "waiting" else ""),
                "" if how == "waiting" else clock(elapsed),
                Text(note, "dim"),
            )
        total = sum(seconds for _, seconds in self._done.values()) + (
            time.monotonic() - self._start if self._now else 0
        )
        return Group(table, Text(f"{clock(total)} in all", "dim"))
