"""`wethink evaluate`: how well responses do by our graders, two files side by side, or the paper's benchmarks."""

from __future__ import annotations

import json as json_module
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wethink_plugins.cli.options import ConfigOption, JsonFlag, OptionalPath, OptionalText
from wethink_plugins.cli.output import complain, say, say_json, say_table, shown
from wethink_plugins.errors import ConfigError

if TYPE_CHECKING:
    from wethink_plugins.config import WeThinkConfig
    from wethink_plugins.evaluation.compare import Difference
    from wethink_plugins.evaluation.graded import Graded
    from wethink_plugins.evaluation.summary import Group


def evaluate(
    file: Annotated[
        OptionalPath, typer.Argument(help="Responses with gold answers: of `wethink generate`, rollouts, or a journal.")
    ] = None,
    against: Annotated[
        OptionalPath,
        typer.Argument(help="Responses of another model to the same questions: FILE is base, this is trained."),
    ] = None,
    rows: Annotated[
        OptionalPath, typer.Option("--rows", help="The dataset, joined by id, where the responses have no gold answer.")
    ] = None,
    images: Annotated[
        OptionalPath, typer.Option("--images", help="What image paths are relative to, for a judge that sees.")
    ] = None,
    without_judge: Annotated[
        bool, typer.Option("--without-judge", help="Leave out what needs a judge, and count it as unscored.")
    ] = False,
    page: Annotated[OptionalPath, typer.Option("--page", help="Write an HTML page.")] = None,
    out: Annotated[
        OptionalPath, typer.Option("--out", help="Write one JSON line a response: its score and why.")
    ] = None,
    table: Annotated[
        OptionalPath, typer.Option("--table", help="Instead: VLMEvalKit's --work-dir, as the paper's table.")
    ] = None,
    base: Annotated[OptionalText, typer.Option("--base", help="With --table: the base model's name there.")] = None,
    trained: Annotated[
        OptionalText, typer.Option("--trained", help="With --table: the trained model's name there.")
    ] = None,
    benchmarks: Annotated[
        OptionalPath,
        typer.Option("--benchmarks", help="With --table: another list than recipes/evaluation/benchmarks.yaml."),
    ] = None,
    config: ConfigOption = None,
    json: JsonFlag = False,
) -> None:
    """Accuracy by type, source and ability with 95% intervals; of two files also the paired difference.

    Exit code 1 when responses are missing, or more of what needed the judge stays unscored than judge.tolerate.share.
    """
    if table is not None:
        return _table(table, base, trained, benchmarks, page, json, file)
    if file is None:
        raise ConfigError("no responses are given", fix="wethink evaluate responses.jsonl, or --table WORK_DIR")
    from wethink_plugins.config import WeThinkConfig
    from wethink_plugins.datasets.write import refuse_overwriting
    from wethink_plugins.evaluation.compare import comparison, moved
    from wethink_plugins.evaluation.page import write_page
    from wethink_plugins.evaluation.summary import summary

    files = [file, *([against] if against is not None else [])]
    for target in filter(None, (out, page)):
        for source in files:
            refuse_overwriting(source, target)
    settings = WeThinkConfig.load(config)
    found = [_graded(source, rows, images, settings, without_judge) for source in files]
    tables = [summary(each) for each in found]
    differences = comparison(*found) if len(found) == 2 else None
    names = _names(files)
    if out is not None:
        _write(out, names, found)
    if page is not None:
        wrong = [one for one in found[0] if one.accuracy is not None and one.accuracy < 1] if len(found) == 1 else []
        changes = moved(*found) if len(found) == 2 else []
        write_page(page, names, tables, differences, changes, wrong, _judges(found))
    if json:
        say_json(_as_json(names, tables, differences))
    else:
        _show(names, tables, differences)
        for target in filter(None, (out, page)):
            say(f"wrote {target}")
    _warn_unlike(found)
    if _has_faults(names, found, settings):
        raise typer.Exit(1)


def _graded(file: Path, rows: Path | None, images: Path | None, settings: WeThinkConfig, leave: bool) -> list[Graded]:
    from wethink_plugins.evaluation.graded import graded
    from wethink_plugins.evaluation.responses import read_items, style_of

    items = read_items(file, rows, images)
    style = style_of(items)
    if style is not None and style != settings.style:
        complain(f"{file}: graded in style {style}, which its lines name")
        settings = settings.model_copy(update={"style": style})
    found = graded(items, settings, leave)
    _warn_unread(file, found, settings.style)
    return found


def _warn_unread(file: Path, found: Sequence[Graded], style: str) -> None:
    from wethink_plugins.rewards.other_style import unread

    answered = [(one.item.sample.response, one.score) for one in found if one.item.sample and one.score]
    for line in unread([response for response, _ in answered], [score for _, score in answered], style):
        complain(f"{file}: {line}")


def _judges(found: Sequence[Sequence[Graded]]) -> list[str]:
    scores = [one.score for each in found for one in each if one.score is not None]
    return sorted({score.grader for score in scores if score.method == "model" and score.status == "scored"})


def _names(files: Sequence[Path]) -> list[str]:
    """Of one file its stem; of two that would have the same the paths, or nobody knows which is which."""
    names = [file.resolve().stem if file.is_file() else file.resolve().name for file in files]
    return names if len(set(names)) == len(names) else [str(file) for file in files]


def _write(out: Path, names: Sequence[str], found: Sequence[Sequence[Graded]]) -> None:
    from wethink_plugins.datasets.write import write_text

    fields = ("overall", "accuracy", "format", "method", "status", "reason", "grader", "tier")
    lines = []
    for name, each in zip(names, found, strict=True):
        for one in each:
            values = {key: getattr(one.score, key) for key in fields} if one.score else {"status": "unscored", "reason": one.item.fault or "left out"}  # fmt: skip
            answer = one.score.extra.get("answer") if one.score else None
            line = {"file": name, "id": one.item.id, "question_type": one.question_type, **values, "answer": answer}
            lines.append(json_module.dumps(line) + "\n")
    write_text(out, "".join(lines))


def _as_json(
    names: Sequence[str],
    tables: Sequence[Mapping[str, Sequence[Group]]],
    pairs: Mapping[str, Sequence[Difference]] | None,
) -> dict[str, Any]:
    def plain(table: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
        return {grouping: [one.as_json() for one in groups] for grouping, groups in table.items()}

    files = [{"name": name, **plain(table)} for name, table in zip(names, tables, strict=True)]
    return {"files": files, **({"differences": plain(pairs)} if pairs is not None else {})}


def _show(
    names: Sequence[str],
    tables: Sequence[Mapping[str, Sequence[Group]]],
    pairs: Mapping[str, Sequence[Difference]] | None,
) -> None:
    columns = (
        "",
        "accuracy",
        "95%",
        "responses",
        "format",
        "no answer",
        "cut off",
        "ungradable",
        "unscored",
        "no response",
    )
    for name, table in zip(names, tables, strict=True):
        lines = [
            (("" if grouping == "all" else f"{grouping}: ") + one.name, one)
            for grouping in table
            for one in table[grouping]
        ]
        rows = [
            (label, shown(g.accuracy), _range(g.interval), g.count, shown(g.format), g.no_answer, g.cut, g.ungradable, g.unscored, g.no_response)
            for label, g in lines
        ]  # fmt: skip
        say_table(name, columns, rows)
    if pairs is not None:
        _show_pairs(f"{names[1]} minus {names[0]}, same questions", pairs)


def _show_pairs(title: str, pairs: Mapping[str, Sequence[Difference]]) -> None:
    columns = ("", "pairs", "first", "second", "difference", "95%", "better", "worse", "in one only")
    lines = [
        (("" if grouping == "all" else f"{grouping}: ") + one.name, one)
        for grouping in pairs
        for one in pairs[grouping]
    ]
    rows = [
        (label, d.pairs, shown(d.first), shown(d.second), shown(d.difference), _range(d.interval), d.better, d.worse, d.apart)
        for label, d in lines
    ]  # fmt: skip
    say_table(title, columns, rows)


def _range(interval: tuple[float, float] | None) -> str:
    return "-" if interval is None else f"{interval[0]:.3f} to {interval[1]:.3f}"


def _warn_unlike(found: Sequence[Sequence[Graded]]) -> None:
    """Two models that were asked differently are compared with that in it."""
    from wethink_plugins.evaluation.responses import settings_of

    if len(found) != 2:
        return
    first, second = (settings_of([one.item for one in each]) for each in found)
    for name in sorted(first.keys() | second.keys()):
        if first.get(name) != second.get(name):
            complain(f"the two were not asked alike: {name} was {first.get(name)}, and {second.get(name)}")


def _has_faults(names: Sequence[str], found: Sequence[Sequence[Graded]], settings: WeThinkConfig) -> bool:
    faults = False
    for name, each in zip(names, found, strict=True):
        empty = [one for one in each if one.item.sample is None]
        if empty:
            complain(f"{name}: {len(empty)} of {len(each)} rows have no response: {empty[0].item.fault}")
        asked = [one for one in each if one.method == "model" and one.score is not None]
        lost = [one for one in asked if one.accuracy is None]
        if lost and lost[0].score is not None:
            complain(f"{name}: {len(lost)} of {len(asked)} that needed the judge unscored: {lost[0].score.reason}")
        faults = faults or bool(empty) or len(lost) > settings.judge.tolerate.share * len(asked)
    return faults


def _table(
    folder: Path,
    base: str | None,
    trained: str | None,
    benchmarks: Path | None,
    page: Path | None,
    json: bool,
    file: Any,
) -> None:
    from wethink_plugins.evaluation.benchmarks import read_benchmarks
    from wethink_plugins.evaluation.table import as_json, filled, show_rows, write_page
    from wethink_plugins.evaluation.vlmevalkit import read_results

    if file is not None:
        raise ConfigError("--table reads a work directory, and no responses", fix="leave FILE out")
    if base is None and trained is None:
        raise ConfigError("no model is named", fix="--base NAME, --trained NAME or both", file=folder)
    listed = read_benchmarks(benchmarks)
    names = {"base": base, "trained": trained}
    results = {role: read_results(folder, name) for role, name in names.items() if name is not None}
    made = filled(listed, results)
    if page is not None:
        write_page(page, listed, made, names)
    if json:
        return say_json(as_json(made))
    say_table("in per cent, OCRBench in points of 1000", *show_rows(made))
    for note in made.notes:
        complain(note)
    if page is not None:
        say(f"wrote {page}")
