"""`wethink synth status RUN`: how a run is doing now."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wethink_plugins.cli.options import JsonFlag
from wethink_plugins.cli.output import say, say_json

if TYPE_CHECKING:
    from wethink_plugins.synthesis.run import RunFolder


def status(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="The run's folder; it is only read.")],
    watch: Annotated[bool, typer.Option("--watch", help="Look again until nobody works on it any more.")] = False,
    every_s: Annotated[float, typer.Option("--every", min=0.1, help="With --watch: seconds between looks.")] = 2.0,
    json: JsonFlag = False,
) -> None:
    """Rate, cost against the limits, time left, what each stage accepts, and whether a process works on it."""
    from wethink_plugins.synthesis.run import RunFolder
    from wethink_plugins.synthesis.status import run_status

    run = RunFolder.open(folder)
    if not watch:
        figures = run_status(run)
        say_json(figures) if json else say("\n".join(_lines(figures)))
        return
    with suppress(KeyboardInterrupt):
        _watch(run, every_s, json)


def _watch(run: RunFolder, every_s: float, json: bool) -> None:
    """On a terminal in one place, otherwise one block after the other."""
    import sys

    if json or not sys.stdout.isatty():
        for figures in _looks(run, every_s):
            say_json(figures) if json else say("\n".join([*_lines(figures), ""]))
            sys.stdout.flush()
        return
    from rich.live import Live
    from rich.text import Text

    with Live(auto_refresh=False) as live:
        for figures in _looks(run, every_s):
            live.update(Text("\n".join(_lines(figures))), refresh=True)


def _looks(run: RunFolder, every_s: float) -> Iterator[Mapping[str, Any]]:
    from wethink_plugins.synthesis.status import run_status

    while True:
        figures = run_status(run)
        yield figures
        if figures["state"]["state"] != "running":
            return
        time.sleep(every_s)


def _lines(figures: Mapping[str, Any]) -> list[str]:
    from wethink_plugins.synthesis.report.words import duration, fault_text, state_text

    state = figures["state"]
    lines = [
        f"run      {state['run']} in {state['folder']}, begun {duration(state['age_s'])} ago. {state_text(state)}",
        _items(figures),
        *([_rate(figures)] if state["state"] == "running" else []),
        _spent(figures),
        *([f"faults   {fault_text(figures['calls']['faults'])}"] if figures["calls"]["faults"] else []),
    ]
    return [*lines, *([_left(figures["eta"])] if figures["eta"] else []), *_stages(figures["funnel"])]


def _items(figures: Mapping[str, Any]) -> str:
    from wethink_plugins.synthesis.report.share import per_cent, with_interval

    state, funnel = figures["state"], figures["funnel"]
    share = per_cent(state["ended"] / state["items"]) if state["items"] else "–"
    return (
        f"items    {state['ended']:,} of {state['items']:,} ended ({share}); {funnel['accepted']:,} accepted, "
        f"{funnel['rejected']:,} rejected, {funnel['waiting']:,} wait for the end of their round; "
        f"accepted of those whose round has ended (95%): {with_interval(funnel['accept_rate'])}"
    )


def _rate(figures: Mapping[str, Any]) -> str:
    calls, rate = figures["calls"], figures["items_per_minute"]
    took = "" if calls["latency_s"] is None else f", {calls['latency_s']:.1f} s each"
    failed = f", {calls['failed']:,} failed" if calls["failed"] else ""
    return (
        f"rate     {rate['minute']:,.0f} items in the last minute ({rate['ten_minutes']:,.1f} a minute over ten); "
        f"{calls['per_s']:.1f} calls/s{took}{failed}"
    )


def _spent(figures: Mapping[str, Any]) -> str:
    from wethink_plugins.synthesis.report.words import NO_PRICES, approximate, cost, dollars

    spent, limits = figures["spent"], figures["limits"]
    usd, tokens = limits["usd"]["limit"], limits["tokens"]["limit"]
    known = spent["usd"] is not None
    money = f"{dollars(spent['usd'])}{f' of {dollars(usd)}' if usd else ''}" if known else NO_PRICES
    return (
        f"spent    {approximate(spent['tokens'])}{f' of {approximate(tokens)}' if tokens else ''} tokens, {money}; "
        f"an accepted row: {cost(spent['per_accepted']['usd'], spent['per_accepted']['tokens'])}"
    )


def _left(eta: Mapping[str, Any]) -> str:
    from wethink_plugins.synthesis.report.words import duration

    if eta["items"] is None:
        return "left     unknown: no item has ended lately"
    first = eta["first"]
    stops = f"; limits.{first} stops it first, in about {duration(eta[first])}" if first != "items" else ""
    return f"left     about {duration(eta['items'])}{stops}"


def _stages(funnel: Mapping[str, Any]) -> list[str]:
    from wethink_plugins.synthesis.report.share import per_cent

    width = max((len(one["stage"]) for one in funnel["stages"]), default=0)
    return [
        f"  {one['stage'] or '(before)':{width}}  {one['entered']:>9,} in  {per_cent(one['pass_rate']['rate']):>7} passed on"
        + ("  " + ", ".join(f"{name} {number:,}" for name, number in one["reasons"].items()) if one["reasons"] else "")
        for one in funnel["stages"]
    ]
