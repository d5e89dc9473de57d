"""Base, trained and the paper side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from statistics import fmean
from typing import Any

from wethink_plugins.evaluation.benchmarks import Benchmark, Listed
from wethink_plugins.evaluation.vlmevalkit import Result
from wethink_plugins.report import Cell, Page

Results = Mapping[str, Mapping[str, Result]]


@dataclass(frozen=True)
class Measured:
    """`value` None: `note` says why. `instead`: of the split that stands in for the paper's."""

    value: float | None
    note: str = ""
    judge: str = ""
    instead: bool = False


@dataclass(frozen=True)
class Line:
    """A benchmark, or with `average` the mean of a group over `of` of its benchmarks."""

    name: str
    metric: str
    base: Measured
    trained: Measured
    paper_base: float | None
    paper_trained: float | None
    average: bool = False

    @property
    def gain(self) -> float | None:
        return _minus(self.trained.value, self.base.value)

    @property
    def paper_gain(self) -> float | None:
        return _minus(self.paper_trained, self.paper_base)


@dataclass(frozen=True)
class Filled:
    lines: Sequence[Line]
    notes: Sequence[str]


def filled(listed: Listed, results: Results) -> Filled:
    """`results`: base, trained -> dataset -> result; a role that is left out stays empty."""
    lines = []
    for benchmark in listed.benchmarks:
        found = {role: measured(benchmark, results.get(role)) for role in ("base", "trained")}
        lines.append(
            Line(
                benchmark.name, benchmark.metric, found["base"], found["trained"], benchmark.paper.get("base"),
                benchmark.paper.get("trained"),
            )
        )  # fmt: skip
    averages = [_average(group, listed, lines) for group in listed.averages]
    return Filled([*lines, *averages], _notes(listed, lines))


def measured(benchmark: Benchmark, results: Mapping[str, Result] | None) -> Measured:
    """Of the paper's own split, or of the one that stands in for it."""
    if results is None:
        return Measured(None)
    first = _of(benchmark, benchmark.keys, results)
    if first.value is not None or benchmark.instead is None:
        return first
    second = _of(benchmark, benchmark.instead.keys, results)
    return first if second.value is None else Measured(second.value, benchmark.instead.why, second.judge, True)


def _of(benchmark: Benchmark, keys: Sequence[str], results: Mapping[str, Result]) -> Measured:
    values: list[float] = []
    for key in keys:
        result = results.get(key)
        if result is None:
            return Measured(None, f"{key} was not run")
        for pattern in benchmark.read:
            names = [name for name in result.metrics if fnmatchcase(name, pattern)]
            if len(names) != 1:
                why = result.fault or f"{len(names) or 'no'} metric named {pattern}"
                return Measured(None, f"{key}: {' '.join(why.split())[:120]}")
            values.append(result.metrics[names[0]])
    judges = {result.judge for key in keys if (result := results.get(key)) is not None and result.judge}
    return Measured(fmean(values) * benchmark.times, judge=", ".join(sorted(judges)))


def _average(group: str, listed: Listed, lines: Sequence[Line]) -> Line:
    members = [(b, line) for b, line in zip(listed.benchmarks, lines, strict=True) if group in b.groups]

    def mean(role: str) -> Measured:
        values = [(getattr(line, role).value, b.in_average) for b, line in members]
        missing = sum(value is None for value, _ in values)
        if missing:
            return Measured(None, f"{missing} of {len(values)} missing")
        replaced = any(getattr(line, role).instead for _, line in members)
        return Measured(fmean(value * factor for value, factor in values), instead=replaced)

    paper = listed.averages[group]
    name = f"average, {group}"
    return Line(name, f"mean of {len(members)}", mean("base"), mean("trained"), paper.get("base"), paper.get("trained"), True)  # fmt: skip


def _notes(listed: Listed, lines: Sequence[Line]) -> list[str]:
    notes = []
    for benchmark, line in zip(listed.benchmarks, lines, strict=True):
        for role in ("base", "trained"):
            one: Measured = getattr(line, role)
            if one.note:
                notes.append(f"{benchmark.name}, {role}: " + ("* " if one.instead else "") + one.note)
        judges = {line.base.judge, line.trained.judge} - {""}
        if len(judges) > 1:
            notes.append(f"{benchmark.name}: base and trained had different judges: {', '.join(sorted(judges))}")
        notes += [
            f"{benchmark.name}: {one.source} reports {one.value:g} for {one.of}, the paper {benchmark.paper.get(one.of, 0):g}"
            for one in benchmark.conflicts
        ]
    return [*notes, *([" ".join(listed.unknown.split())] if listed.unknown else [])]


COLUMNS = ("benchmark", "base", "trained", "gain", "paper: base", "paper: trained", "paper: gain")


def show_rows(made: Filled) -> tuple[Sequence[str], list[list[str]]]:
    """Columns and rows for a terminal; a star marks what isn't the paper's split."""
    return COLUMNS, [
        [
            line.name, _shown(line.base), _shown(line.trained), _signed(line.gain), _plain(line.paper_base),
            _plain(line.paper_trained), _signed(line.paper_gain),
        ]
        for line in made.lines
    ]  # fmt: skip


def as_json(made: Filled) -> dict[str, Any]:
    lines = [{**asdict(line), "gain": line.gain, "paper_gain": line.paper_gain} for line in made.lines]
    return {"lines": lines, "notes": list(made.notes)}


def write_page(target: Path, listed: Listed, made: Filled, names: Mapping[str, str | None]) -> None:
    shown = ", ".join(f"{role}: {name}" for role, name in names.items() if name)
    page = Page("Benchmarks of the paper", shown)
    page.text(
        "In per cent, OCRBench in points of 1000, as the sources print it. A star: not the split that the paper reports."
    )
    columns, rows = show_rows(made)
    cells = []
    for line, row in zip(made.lines, rows, strict=True):
        tones = ["name", "", "", _tone(line.gain), "quiet", "quiet", "quiet"]
        titles = [line.metric, line.base.note, line.trained.note, "", "", "", ""]
        cells.append([Cell(text, tone, title) for text, tone, title in zip(row, tones, titles, strict=True)])  # type: ignore[arg-type]
    page.table(list(columns), cells)
    page.section("Notes")
    page.table(["note"], [[note] for note in made.notes])
    page.section("Sources")
    page.table(["source", "what it is"], [[name, text] for name, text in listed.sources.items()])
    page.write(target)


def _tone(gain: float | None) -> str:
    return "" if not gain else "good" if gain > 0 else "bad"


def _minus(first: float | None, second: float | None) -> float | None:
    return None if first is None or second is None else first - second


def _shown(one: Measured) -> str:
    return _plain(one.value) + "*" * one.instead


def _plain(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


def _signed(value: float | None) -> str:
    return "-" if value is None else f"{value:+.1f}"
