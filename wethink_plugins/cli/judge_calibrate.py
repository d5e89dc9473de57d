"""`wethink judge calibrate [FILE]`: the configured judge against labels."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from wethink_plugins.cli.options import ConfigOption, JsonFlag, OptionalFloat, OptionalPath
from wethink_plugins.cli.output import complain, say, say_json, say_table, shown
from wethink_plugins.counted import counted

LabelledArgument = Annotated[
    OptionalPath, typer.Argument(help="JSONL with question, reference, answer, tier; default: the set that ships here.")
]
OfflineFlag = Annotated[bool, typer.Option("--offline", help="Measure the stand-in, whatever is configured.")]


def calibrate(
    file: LabelledArgument = None,
    config: ConfigOption = None,
    offline: OfflineFlag = False,
    repeats: Annotated[int, typer.Option("--repeats", min=1, help="Ask this often, to see it differ from itself.")] = 1,
    exchange: Annotated[
        bool, typer.Option("--exchange", help="Ask correct rows again with answer and reference exchanged.")
    ] = False,
    rounds: Annotated[int, typer.Option("--rounds", min=0, help="Bootstrap rounds for the intervals.")] = 1000,
    out: Annotated[
        OptionalPath, typer.Option("--out", help="Folder for calibration.json and calibration.html.")
    ] = None,
    min_kappa: Annotated[
        OptionalFloat,
        typer.Option("--min-kappa", help="Exit code 1 when the quadratically weighted kappa is lower."),
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Agreement with labels, overall and by kind, length and topic; what errors would be paid; which tiers to use."""
    from wethink_plugins.config import WeThinkConfig
    from wethink_plugins.rewards.judge import calibration
    from wethink_plugins.rewards.judge.batch import judge_of
    from wethink_plugins.rewards.judge.labelled import SHIPPED, read_labelled

    if min_kappa is not None and not -1 <= min_kappa <= 1:
        raise typer.BadParameter(f"a kappa lies between -1 and 1, found {min_kappa}", param_hint="--min-kappa")
    settings = WeThinkConfig.load(config)
    rows = read_labelled(file)
    report = calibration.calibrate(judge_of(settings, offline), settings, rows, repeats, exchange, rounds)
    report = {"file": str(file or SHIPPED), **report}
    if out is not None:
        _write(report, out)
    say_json(report) if json else _show(report, out)
    faults = faults_of(report, min_kappa, settings.judge.tolerate.share)
    for fault in faults:
        complain(fault)
    if faults:
        raise typer.Exit(1)


def faults_of(report: Mapping[str, Any], min_kappa: float | None, tolerated: float) -> list[str]:
    """Why this judge should not pay; empty when nothing speaks against it."""
    found = report["figures"]["kappa_quadratic"]["value"]
    if not report["with_opinion"]:
        cause = next(iter(report["causes"]), "no cause known")
        return [f"the judge had no opinion on any of {report['rows']} rows: {cause}"]
    faults = []
    if report["unscored"] > tolerated * report["rows"]:
        faults.append(f"{report['unscored']} of {report['rows']} rows unscored: {next(iter(report['causes']), '')}")
    if min_kappa is not None and (found is None or found < min_kappa):
        faults.append(f"the quadratically weighted kappa is {shown(found)}, below {min_kappa:g}")
    return faults


def _write(report: Mapping[str, Any], out: Path) -> None:
    import json

    from wethink_plugins.datasets.write import write_text
    from wethink_plugins.rewards.judge.calibration_page import calibration_page

    write_text(out / "calibration.json", json.dumps(report, ensure_ascii=False, indent=2) + "\n")
    write_text(out / "calibration.html", calibration_page(report).html())


def _show(report: Mapping[str, Any], out: Path | None) -> None:
    from wethink_plugins.rewards.judge.calibration_page import NAMES

    rows = [
        (NAMES[n], shown(f["value"]), f"{shown(f['low'])} to {shown(f['high'])}") for n, f in report["figures"].items()
    ]
    heading = f"{counted(report['rows'], 'row')}, {report['unscored']} unscored, {report['ungradable']} ungradable"
    say_table(f"judge {report['judge']} on {report['file']}: {heading}", ("", "value", "95%"), rows)
    confusion = [(f"label {name}", *row.values()) for name, row in report["confusion"].items()]
    say_table("labelled against said", ("", *report["confusion"]), confusion)
    for part, lines in report["by"].items():
        if len(lines) > 1:
            _show_part(part, lines)
    _show_rest(report)
    if out is not None:
        say(f"wrote {out / 'calibration.json'} and {out / 'calibration.html'}")


def _show_part(part: str, lines: list[dict[str, Any]]) -> None:
    names = ("agreement", "kappa_quadratic", "bias", "false_correct")
    rows = [(line[part], line["rows"], *(shown(line[name]) for name in names)) for line in lines]
    say_table(f"by {part}", (part, "rows", *names), rows)


def _show_rest(report: Mapping[str, Any]) -> None:
    if report["length"]:
        say(f"length: Spearman's correlation with overpayment {shown(report['length']['correlation'])}")
    if report["repeats"]:
        again = report["repeats"]
        say(f"asked {again['times']} times: {shown(again['changed'])} of {again['rows']} rows change tier")
    if report["exchanged"]:
        turned = report["exchanged"]
        say(f"answer and reference exchanged: {shown(turned['changed'])} of {turned['rows']} rows change tier")
    found = report["suggested"]
    values = ", ".join(f"{name} {value:g}" for name, value in found["values"].items())
    say(
        f"tier values that fit these labels: {values} (error {shown(found['error_suggested'])}, now {shown(found['error_now'])})"
    )
    best = report["merged"][0]
    say(f"best merging of tiers: {best['tiers']} (kappa {shown(best['kappa'])})")
