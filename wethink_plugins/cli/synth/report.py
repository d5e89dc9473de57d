"""`wethink synth report RUN`: what a run made, what it let go and why, and what it cost."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from wethink_plugins.cli.options import JsonFlag, OptionalInt, OptionalPath
from wethink_plugins.cli.output import say, say_json, say_table
from wethink_plugins.counted import counted


def report(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="The run's folder; it is only read.")],
    out: Annotated[
        OptionalPath,
        typer.Option("--out", help="Write the page here, for example report.html, and its figures beside it as .json."),
    ] = None,
    audit_sample: Annotated[
        OptionalInt, typer.Option("--audit-sample", min=1, help="Write so many accepted rows for `wethink data audit`.")
    ] = None,
    audit_out: Annotated[
        OptionalPath, typer.Option("--audit-out", metavar="DIR", help="Where to; default: RUN/audit-sample.")
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Funnel with reasons, agreement of the answerers, mix, lengths, drift, cost, cards. Also while the run goes on."""
    from wethink_plugins.synthesis.report import run_figures
    from wethink_plugins.synthesis.run import RunFolder

    run = RunFolder.open(folder)
    figures = run_figures(run)
    if out is not None:
        _write(figures, out)
    if audit_sample is not None:
        from wethink_plugins.synthesis.report.audit_sample import write_audit_sample

        figures["audit_sample"] = write_audit_sample(run, audit_sample, audit_out or folder / "audit-sample")
    say_json(figures) if json else _show(figures, out)


def _write(figures: Mapping[str, Any], out: Path) -> None:
    import json

    from wethink_plugins.datasets.write import write_text
    from wethink_plugins.synthesis.report import run_page

    write_text(out.with_suffix(".json"), _storable(json.dumps(figures, ensure_ascii=False, indent=1) + "\n"))
    if out.suffix != ".json":
        write_text(out, _storable(run_page(figures).html()))


def _storable(text: str) -> str:
    """With half surrogate pairs, which models may write, escaped."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _show(figures: Mapping[str, Any], out: Path | None) -> None:
    from wethink_plugins.synthesis.report.share import per_cent, with_interval
    from wethink_plugins.synthesis.report.words import cost, fault_text, state_text

    state, funnel, answers, calls = (figures[name] for name in ("state", "funnel", "answers", "calls"))
    rate, ended = funnel["accept_rate"], " whose round has ended" * bool(funnel["waiting"])
    say(f"{state['ended']:,} of {state['items']:,} items have ended. {state_text(state)}")
    say(
        f"{counted(funnel['accepted'], 'row', ',')} accepted of {counted(rate['total'], 'item', ',')}{ended}: "
        f"{with_interval(rate)}"
    )
    rows = [
        (one["stage"] or "(before)", one["entered"], one["left"], one["rejected"], ", ".join(f"{name} {number}" for name, number in one["reasons"].items()))
        for one in funnel["stages"]
    ]  # fmt: skip
    say_table("what each stage lets through", ("stage", "entered", "left", "rejected", "reasons"), rows)
    lines = [answers["all"], *answers["question_type"], *answers["ability"]]
    rows = [
        (line["name"], line["agree"]["total"], with_interval(line["agree"]), line["arbitrated"], with_interval(line["overturned"]))
        for line in lines
    ]  # fmt: skip
    say_table("answerers", ("of", "compared", "agree (95%)", "arbitrated", "overturned (95%)"), rows)
    for kind in ("abilities", "question_types", "domains"):
        if (distance := figures["mix"][kind]["distance"]) is not None:
            say(f"off the mix of {kind.replace('_', ' ')}: {per_cent(distance)} of the rows would have to be others")
    spent = cost(calls["usd"], calls["prompt_tokens"] + calls["completion_tokens"])
    say(f"spent {spent}; an accepted row: {cost(calls['per_accepted']['usd'], calls['per_accepted']['tokens'])}")
    say(
        f"calls: {counted(calls['attempts'], 'attempt', ',')}, {calls['answered']:,} answered, {calls['failed']:,} failed, "
        f"{calls['answered_again']:,} answered and asked again; {counted(len(calls['processes']), 'process')}, "
        f"{counted(calls['kills']['repeated'], 'call', ',')} made again that a kill had cut off"
    )
    if calls["faults"]:
        say(f"most frequent fault: {fault_text(calls['faults'])}")
    for sign in figures["signs"]:
        say(f"look at: {sign['name']} ({sign['seen']}): {sign['meaning']}")
    if "audit_sample" in figures:
        sample = figures["audit_sample"]
        say(f"wrote {sample['rows']} of {sample['accepted']:,} rows: {sample['command']}")
    if out is not None:
        say(f"wrote {' and '.join(dict.fromkeys((str(out), str(out.with_suffix('.json')))))}")
