"""What `run` and `resume` share: work on a run, show how it goes, write what came out."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import typer

from wethink_plugins.cli.output import say, say_json
from wethink_plugins.cli.synth.engine import engine_of
from wethink_plugins.counted import counted

if TYPE_CHECKING:
    from wethink_plugins.synthesis.ledger import Ledger
    from wethink_plugins.synthesis.run import RunFolder
    from wethink_plugins.synthesis.running.engine import Progress


def work(
    run: RunFolder, ledger: Ledger, json: bool, quiet: bool, engine: str = "asyncio", workers: int | None = None
) -> None:
    """Ends with exit code 1 where the run stopped before its end; the run is free for others then."""
    try:
        _work(run, ledger, json, quiet, engine, workers)
    finally:
        run.unlock()


def _work(run: RunFolder, ledger: Ledger, json: bool, quiet: bool, engine: str, workers: int | None) -> None:
    from wethink_plugins.synthesis.growing.growth import write_growth
    from wethink_plugins.synthesis.output import write_outputs

    with _Shown(quiet or json) as observe:
        progress = asyncio.run(engine_of(engine, workers, run, ledger, observe).work())
    run.ended(progress.stopped)
    counts = dict(write_outputs(run, ledger))
    growth = write_growth(run)
    if json:
        say_json({"run": str(run.folder), **_figures(progress), **counts, **({"diversity": growth} if growth else {})})
    else:
        _say(run, progress, counts)
        _say_growth(growth)
    if progress.stopped:
        raise typer.Exit(1)


def _figures(progress: Progress) -> dict[str, Any]:
    spent = progress.spent
    return {
        "items": progress.total, "ended": progress.ended, "passed": progress.passed, "stopped": progress.stopped,
        "usd": round(spent.usd, 6), "tokens": spent.tokens, "attempts": spent.attempts,
    }  # fmt: skip


def _unpriced(run: RunFolder) -> bool:
    return all(one.usd_per_million is None for model in run.config.models.values() for one in model.endpoints)


def _say(run: RunFolder, progress: Progress, counts: dict[str, int]) -> None:
    from wethink_plugins.synthesis.report.words import NO_PRICES

    spent = progress.spent
    usd = f"${spent.usd:,.2f}" if spent.usd or not _unpriced(run) else NO_PRICES
    say(f"{progress.ended:,} of {counted(progress.total, 'item', ',')} ended; {counted(spent.attempts, 'call', ',')}, "
        f"{spent.tokens:,} tokens, {usd}")  # fmt: skip
    say(
        f"wrote {run.folder}: {', '.join(counted(count, name.removesuffix('s'), ',') for name, count in counts.items())}"
    )
    if waiting := progress.ended - sum(counts.values()):
        say(
            f"{counted(waiting, 'ended item', ',')} not written yet: rows and rejects are when all items of their round have ended"
        )
    if progress.stopped:
        say(f"stopped: {progress.stopped}")
        say(f"go on with: wethink synth resume {run.folder}")
    else:
        say(f"what came out, and why: wethink synth report {run.folder}")


def _say_growth(growth: dict[str, Any] | None) -> None:
    """Of an extended set: the whole, then what it can be compared by."""
    if growth is None:
        return
    before, after = growth["before"], growth["after"]
    say(f"the set: {counted(before['rows'], 'row', ',')}, now {after['rows']:,}")
    for name, what in _COMPARED.items():
        say(f"  {what}: {before[name]:,} -> {after[name]:,}")


_COMPARED = {
    "effective_cells": "pairs of abilities and type, as if equally frequent",
    "wordings": "distinct wordings of questions",
    "triples_per_draw": "distinct word triples in a draw of the same size",
    "nearest": "likeness of a question to its nearest other",
}


class _Shown:
    """A progress bar on a terminal; nothing else gets one."""

    def __init__(self, quiet: bool) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        console = Console(stderr=True)
        self._bar = Progress(
            TextColumn("items"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
            TextColumn("{task.fields[what]}"), console=console, disable=quiet or not sys.stderr.isatty(),
        )  # fmt: skip

    def __enter__(self) -> Callable[[Progress], None]:
        self._bar.start()
        self._task = self._bar.add_task("items", what="")
        return self._show

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def _show(self, progress: Progress) -> None:
        what = f"passed {progress.passed:,}  round {progress.round}" + (
            f"  ${progress.spent.usd:,.2f}" if progress.spent.usd else ""
        )
        self._bar.update(self._task, total=progress.total, completed=progress.ended, what=what)
