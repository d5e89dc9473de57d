"""`wethink judge stability [FILE]`: does the verdict follow the form of an answer?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from wethink_plugins.cli.judge_calibrate import LabelledArgument, OfflineFlag
from wethink_plugins.cli.options import ConfigOption, JsonFlag, OptionalFloat
from wethink_plugins.cli.output import complain, say, say_json, say_table, shown
from wethink_plugins.counted import counted


def stability(
    file: LabelledArgument = None,
    config: ConfigOption = None,
    offline: OfflineFlag = False,
    repeats: Annotated[int, typer.Option("--repeats", min=1, help="Ask unchanged answers this often in all.")] = 3,
    max_changed: Annotated[
        OptionalFloat,
        typer.Option("--max-changed", help="Exit code 1 when an edit changes a larger share of verdicts."),
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Ask again, and ask with white space, case, a thank-you or the order of sentences changed. Labels aren't needed."""
    from wethink_plugins.config import WeThinkConfig
    from wethink_plugins.rewards.judge import stability as measured
    from wethink_plugins.rewards.judge.batch import judge_of
    from wethink_plugins.rewards.judge.labelled import SHIPPED, read_labelled

    settings = WeThinkConfig.load(config)
    rows = read_labelled(file, labels=False)
    report = measured.stability(judge_of(settings, offline), settings, rows, repeats)
    report = {"file": str(file or SHIPPED), **report}
    say_json(report) if json else _show(report)
    faults = _faults(report, max_changed, settings.judge.tolerate.share)
    for fault in faults:
        complain(fault)
    if faults:
        raise typer.Exit(1)


def _faults(report: Mapping[str, Any], max_changed: float | None, tolerated: float) -> list[str]:
    if report["no_opinion"] == report["calls"]:
        return [f"the judge had no opinion on any of {report['rows']} rows: {report['cause']}"]
    faults = []
    if report["unscored"] > tolerated * report["calls"]:
        faults.append(f"{report['unscored']} of {report['calls']} calls unscored: {report['cause']}")
    return faults + [
        f"{line['edit']}: {shown(line['changed'])} of verdicts change, more than {max_changed:g}"
        for line in report["edits"]
        if max_changed is not None and (line["changed"] or 0.0) > max_changed
    ]


def _show(report: Mapping[str, Any]) -> None:
    rows = [(e["edit"], e["asked"], e["compared"], shown(e["changed"]), shown(e["paid_more"])) for e in report["edits"]]
    title = f"judge {report['judge']} on {report['file']}: {counted(report['rows'], 'row')}, {counted(report['calls'], 'call')}"
    say_table(title, ("edit", "asked", "compared", "share changed", "paid more"), rows)
    for edit in report["edits"]:
        for example in edit["examples"][:1]:
            say(f"{edit['edit']}: row {example['id']}: {example['before']} -> {example['after']}: {example['answer']}")
