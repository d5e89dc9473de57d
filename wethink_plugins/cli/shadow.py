"""`wethink shadow report JOURNAL`: would ours have trained otherwise?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from wethink_plugins.cli.options import JsonFlag, OptionalPath
from wethink_plugins.cli.output import say, say_json, say_table, shown

app = typer.Typer(no_args_is_help=True, help="Another reward trains, ours is journalled beside it: compare them.")


@app.callback()
def _group() -> None:
    """Keeps `report` a word of its own while it is the only one."""


@app.command("report")
def report_command(
    journal: Annotated[Path, typer.Argument(help="Folder or file of a journal written with shadow.active set.")],
    out: Annotated[OptionalPath, typer.Option("--out", help="Folder for shadow.json and shadow.html.")] = None,
    cards: Annotated[int, typer.Option("--cards", min=0, help="Examples to keep, those farthest apart first.")] = 12,
    json: JsonFlag = False,
) -> None:
    """Correlation, would-be advantages, sign flips, examples and cost. No training by ours: it says so."""
    from wethink_plugins.rewards.shadow_report import shadow_report

    report = shadow_report(journal, cards)
    if out is not None:
        _write(report, out)
    say_json(report) if json else _show(report, out)


def _write(report: Mapping[str, Any], out: Path) -> None:
    import json

    from wethink_plugins.datasets.write import write_text
    from wethink_plugins.rewards.shadow_page import shadow_page

    write_text(out / "shadow.json", json.dumps(report, ensure_ascii=False, indent=2) + "\n")
    write_text(out / "shadow.html", shadow_page(report).html())


def _show(report: Mapping[str, Any], out: Path | None) -> None:
    from wethink_plugins.rewards.shadow_page import TYPE_COLUMNS

    rows = [
        (line["question_type"], line["rollouts"], *(shown(line[name]) for name in TYPE_COLUMNS[1:]))
        for line in report["by_type"]
    ]
    counted = f"{report['compared']} of {report['rollouts']} rollouts compared"
    lost = f"{report['ours_unscored']} unscored by ours, {report['dropped']} dropped"
    say_table(f"{report['file']}: {counted}, {lost}", ("question_type", *TYPE_COLUMNS), rows)
    found, cost = report["advantages"], report["cost"]
    say(f"correlation {shown(report['correlation'])}, of ranks {shown(report['rank_correlation'])}")
    flips = f"pushed the other way {shown(found['sign_flips'])}, by one only {shown(found['pushed_or_not'])}"
    flat = f"flat: active {shown(found['zero_variance_base'])}, ours {shown(found['zero_variance'])}"
    say(
        f"{found['groups']} groups (by {report['grouped_by']}): {flips}, Kendall's tau {shown(found['kendall'])}, {flat}"
    )
    spent = f"{cost['tokens']} tokens, {cost['usd']:.4g} USD where the endpoint says so"
    say(f"cost: {cost['judge_calls']} judge calls, {shown(cost['judge_calls_a_step'])} a step; {spent}")
    for card in report["cards"][:3]:
        say(
            f"row {card['id']} step {card['step']}: active {card['active']:.3f} ({card['active_advantage']:+.2f}), "
            f"ours {card['ours']:.3f} ({card['our_advantage']:+.2f}): {card['reason']}"
        )
    say(report["note"])
    if out is not None:
        say(f"wrote {out / 'shadow.json'} and {out / 'shadow.html'}")
