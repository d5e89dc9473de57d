"""The run as a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from wethink_plugins.counted import counted
from wethink_plugins.report import Cell, Line, LineChart, Number, Page
from wethink_plugins.watch.left_out import left_out
from wethink_plugins.watch.signs import Run, Sign
from wethink_plugins.watch.steps import Step

Of = Callable[[Step], "float | None"]


def write_page(run: Run, found: Sequence[Sign], target: Path, name: str) -> None:
    responses = counted(sum(step.samples for step in run.steps), "response", ",")
    page = Page(f"Run {name}", f"{counted(len(run.steps), 'step')}, {responses}.")
    last = run.steps[-1] if run.steps else None
    if last is not None:
        page.numbers(*_numbers(last))
    page.section("Signs", "None of the signs of trouble that are looked for." if not found else "")
    if found:
        page.table(
            ["sign", "seen", "likely cause"], [[Cell(sign.name, "whole"), sign.seen, sign.cause] for sign in found]
        )
    page.section("What is paid", *(f"{line}." for line in left_out(run.steps)))
    page.figure(*_paid(run))
    page.section("What is written")
    page.figure(*_written(run))
    page.section("Where it comes from")
    page.figure(*_judge(run))
    if run.host:
        page.section("The policy", "From the trainer's own log.")
        page.figure(*(LineChart(key, [Line(key, _points(values))]) for key, values in sorted(run.host.items())))
    page.write(target)


def _points(values: Mapping[int, float]) -> list[tuple[float, float | None]]:
    return [(float(step), value) for step, value in sorted(values.items())]


def _numbers(step: Step) -> list[Number]:
    shown = [("accuracy", step.accuracy), ("reward", step.reward), ("format", step.format), ("dead groups", step.dead)]
    return [Number(name, "-" if value is None else f"{value:.3f}", f"step {step.step}") for name, value in shown]


def _chart(run: Run, title: str, shares: bool, **lines: Of) -> LineChart:
    drawn = [
        Line(name.replace("_", " "), [(float(step.step), of(step)) for step in run.steps]) for name, of in lines.items()
    ]
    drawn = [line for line in drawn if line.finite()]
    return LineChart(title, drawn, y_range=(0.0, 1.0) if shares else None)


def _by(run: Run, title: str, field: str) -> LineChart:
    names = sorted({name for step in run.steps for name in getattr(step, field)})
    lines = {name: (lambda step, name=name: getattr(step, field).get(name)) for name in names}
    return _chart(run, title, field != "terms", **lines)


def _paid(run: Run) -> list[LineChart]:
    charts = [
        _chart(
            run,
            "reward and its parts",
            True,
            reward=lambda s: s.reward,
            accuracy=lambda s: s.accuracy,
            format=lambda s: s.format,
        ),
        _by(run, "accuracy by question type", "by_type"),
    ]
    return [*charts, *([_by(run, "own terms", "terms")] if any(step.terms for step in run.steps) else [])]


def _written(run: Run) -> list[LineChart]:
    return [
        _chart(run, "length in characters", False, length=lambda s: s.length),
        _chart(
            run,
            "groups with equal rewards",
            True,
            all=lambda s: s.dead,
            all_wrong=lambda s: s.all_wrong,
            all_right=lambda s: s.all_right,
        ),
    ]


def _judge(run: Run) -> list[LineChart]:
    charts = [
        _chart(
            run, "shares", True, judge_called=lambda s: s.judge_called, not_scored=lambda s: s.lost, ungradable=lambda s: s.ungradable,
            imputed=lambda s: s.imputed, undecided=lambda s: s.undecided, no_answer=lambda s: s.no_answer,
        ),
    ]  # fmt: skip
    if any(step.judge_latency_s is not None for step in run.steps):
        charts.append(_chart(run, "seconds a verdict", False, latency=lambda s: s.judge_latency_s))
    if any(step.tokens for step in run.steps):
        charts.append(_chart(run, "the judge's tokens a step", False, tokens=lambda s: float(s.tokens)))
    return charts
