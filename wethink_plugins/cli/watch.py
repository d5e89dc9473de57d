"""`wethink watch RUN`: how a training is doing, and signs of what goes wrong."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wethink_plugins.cli.options import JsonFlag, OptionalPath
from wethink_plugins.cli.output import complain, say, say_json, say_table, shown
from wethink_plugins.counted import counted
from wethink_plugins.errors import WeThinkError

if TYPE_CHECKING:
    from wethink_plugins.watch.host_logs import Values
    from wethink_plugins.watch.journal import JournalFollower
    from wethink_plugins.watch.signs import Run, Sign

_ROWS = 12


def watch(
    run: Annotated[
        Path, typer.Argument(help="Folder of one run: its journal and the trainer's logs lie in or below it.")
    ],
    logs: Annotated[OptionalPath, typer.Option("--logs", help="Where the trainer's logs are, if elsewhere.")] = None,
    page: Annotated[OptionalPath, typer.Option("--page", help="Write the page here, again at every look.")] = None,
    every_s: Annotated[
        float, typer.Option("--every", min=0.0, help="Look again after so many seconds; 0: look once.")
    ] = 0.0,
    json: JsonFlag = False,
) -> None:
    """Reward by type and part, format, length, dead groups, the judge's share, failures and cost; and signs of trouble.

    Exit code 1 when there is a sign, each with its likely cause. With --every it goes on until Ctrl-C.
    """
    from wethink_plugins.watch.journal import JournalFollower

    if not run.exists():
        raise WeThinkError("no such folder", fix="give the folder that WETHINK_JOURNAL or journal.path names", file=run)
    follower = JournalFollower(run)
    found = _look(follower, run, logs, page, json)
    try:
        while every_s:
            time.sleep(every_s)
            found = _look(follower, run, logs, page, json)
    except KeyboardInterrupt:
        pass
    if found:
        raise typer.Exit(1)


def _look(follower: JournalFollower, folder: Path, logs: Path | None, page: Path | None, json: bool) -> list[Sign]:
    from wethink_plugins.watch.run_folder import run_of
    from wethink_plugins.watch.signs import Run, signs

    follower.refresh()
    root = run_of(folder, follower.journal)
    run = Run(follower.steps, _logged(root, follower.journal, logs), follower.verdicts)
    _refuse_nothing(follower, folder)
    found = signs(run)
    if page is not None:
        from wethink_plugins.watch.page import write_page

        write_page(run, found, page, "/".join(root.resolve().parts[-2:]))
    if json:
        say_json({"journal": str(follower.journal), **_as_json(run, found)})
        return found
    if root != folder:
        say(f"the only journal below {folder}: {follower.journal}")
    _show(run, found, follower, page)
    return found


def _logged(root: Path, journal: Path, logs: Path | None) -> Values:
    """By the trainer. A folder that was named is read whole."""
    from wethink_plugins.watch.host_logs import host_values
    from wethink_plugins.watch.run_folder import others_below

    return host_values(logs) if logs else host_values(root, others_below(root, journal))


def _refuse_nothing(follower: JournalFollower, folder: Path) -> None:
    if follower.steps:
        return
    if follower.without_step:
        problem = f"{counted(follower.without_step, 'journal line')}, none with a step"
        raise WeThinkError(
            problem, fix="a host that hands over no step can't be watched; `wethink score` reads it", file=folder
        )
    raise WeThinkError(
        "no journal here yet",
        fix="set WETHINK_JOURNAL (or journal.path in the YAML) to a folder for the run",
        file=folder,
    )


def _show(run: Run, found: list[Sign], follower: JournalFollower, page: Path | None) -> None:
    from wethink_plugins.watch.left_out import left_out

    kinds = sorted({kind for step in run.steps for kind in step.samples_by_type})
    columns = (
        "step",
        "samples",
        "reward",
        "accuracy",
        *kinds,
        "format",
        "length",
        "dead",
        "lost",
        "ungradable",
        "judge s",
    )
    rows = [
        (
            step.step, step.samples, shown(step.reward), shown(step.accuracy), *(shown(step.by_type.get(k)) for k in kinds),
            shown(step.format), "-" if step.length is None else f"{step.length:.0f}", shown(step.dead), shown(step.lost),
            shown(step.ungradable), shown(step.judge_latency_s),
        )
        for step in _some(run.steps)
    ]  # fmt: skip
    say_table(counted(len(run.steps), "step"), columns, rows)
    for line in left_out(run.steps):
        say(line)
    tokens, usd = sum(step.tokens for step in run.steps), sum(step.usd for step in run.steps)
    if tokens:
        say(f"judge: {tokens:,} tokens" + (f", {usd:.2f} USD" if usd else ""))
    for name, values in run.host.items():
        last = max(values)
        say(f"{name}: {values[last]:.4g} at step {last}")
    if follower.broken:
        complain(f"no JSON: {counted(follower.broken, 'journal line')}")
    say("no sign of trouble" if not found else f"{counted(len(found), 'sign')} of trouble:")
    for sign in found:
        say(f"  {sign.name}: {sign.seen}\n    {sign.cause}")
    if page is not None:
        say(f"wrote {page}")


def _some(steps: Any) -> Any:
    """The first, the last, and some between, evenly."""
    if len(steps) <= _ROWS:
        return steps
    return [steps[round(i * (len(steps) - 1) / (_ROWS - 1))] for i in range(_ROWS)]


def _as_json(run: Run, found: list[Sign]) -> dict[str, Any]:
    from dataclasses import asdict

    from wethink_plugins.watch.left_out import left_out

    hidden = ("answers", "golds", "judges")
    steps = [{key: value for key, value in asdict(step).items() if key not in hidden} for step in run.steps]
    signs = [asdict(sign) for sign in found]
    return {"steps": steps, "left_out": left_out(run.steps), "host": run.host, "signs": signs}
