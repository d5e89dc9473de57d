"""`wethink data audit report DIR`: what the annotators found, as rates with intervals, and how far they agree."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from wethink_plugins.cli.options import JsonFlag, OptionalPath
from wethink_plugins.cli.output import complain, say, say_json, say_table, shown
from wethink_plugins.counted import counted


def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of the audit.")] = Path("audit"),
    out: Annotated[OptionalPath, typer.Option("--out", help="Write the page here, for example report.html.")] = None,
    json: JsonFlag = False,
) -> None:
    """Rates by criterion, overall and by stratum; agreement; rows marked bad. Exit code 1 when any row is."""
    from wethink_plugins.datasets.audit.figures import audit_figures

    figures = audit_figures(folder)
    if out is not None:
        _write(figures, out)
    say_json(figures) if json else _show(figures, out)
    if figures["open"]:
        complain(
            f"{folder}: unfinished: {len(figures['open'])} of {figures['rows']} rows aren't marked on all criteria"
        )
    if figures["bad"]:
        raise typer.Exit(1)


def _write(figures: Mapping[str, Any], out: Path) -> None:
    from wethink_plugins.datasets.audit.page import audit_page
    from wethink_plugins.datasets.write import write_text

    write_text(out, audit_page(figures).html())


def _show(figures: Mapping[str, Any], out: Path | None) -> None:
    from wethink_plugins.datasets.audit.page import counts_text, percent, share_text

    for one in figures["annotators"]:
        say(f"{one['name']}: {one['done']} of {figures['rows']} rows done, {one['partly']} partly")
    rows = [
        (name, share_text(rates["overall"]), counts_text(rates["overall"])) for name, rates in figures["rates"].items()
    ]
    weighted = f"weighted to {figures['population']} rows"
    say_table(f"{figures['file']}: {weighted}", ("criterion", "yes (95% interval)", "rows of the sample"), rows)
    for name, one in figures["agreement"].items():
        say(
            f"agreement on {name}: {percent(one['percent'])} of pairs on {one['rows']} rows, "
            f"kappa {shown(one['kappa'])}, alpha {shown(one['alpha'])}"
        )
    say(f"{counted(len(figures['bad']), 'row')} got a no")
    for bad in figures["bad"]:
        no = sorted({name for marks in bad["marks"].values() for name, mark in marks.items() if mark == "no"})
        comments = "; ".join(f"{name}: {text}" for name, text in bad["comments"].items())
        say(f"  row {bad['id']} (line {bad['line']}): {', '.join(no)}" + (f" ({comments})" if comments else ""))
    if out is not None:
        say(f"wrote {out}")
