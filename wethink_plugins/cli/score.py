"""`wethink score FILE`: rewards of rollouts that are on disk, by the present configuration."""

from __future__ import annotations

import json as json_module
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wethink_plugins.cli.output import ConfigOption, JsonFlag, OptionalPath, say, say_json, say_table, shown

if TYPE_CHECKING:
    from wethink_plugins.sample import Sample
    from wethink_plugins.score import Score

_FILE = (
    "Rollouts (JSONL with id, group, question, response, answer, question_type, options, reward_method), "
    "or a journal: one file or its folder."
)


def score(
    file: Annotated[Path, typer.Argument(help=_FILE)],
    out: Annotated[OptionalPath, typer.Option("--out", help="Write one JSON line a sample: its score and why.")] = None,
    retry_unscored: Annotated[
        bool, typer.Option("--retry-unscored", help="Ask the judge again where it gave no verdict then.")
    ] = False,
    config: ConfigOption = None,
    json: JsonFlag = False,
) -> None:
    """Score again, and print accuracy and format by question type. The journal stays as it is.

    A journal's verdicts are used again, and no judge is called, unless the judge's own settings have changed.
    """
    from wethink_plugins.config import WeThinkConfig
    from wethink_plugins.datasets.write import refuse_overwriting, write_text
    from wethink_plugins.rewards.replay import read_rollouts, replay

    if out is not None:
        refuse_overwriting(file, out)
    rollouts = read_rollouts(file)
    again = replay(rollouts, WeThinkConfig.load(config), retry_unscored=retry_unscored)
    if out is not None:
        pairs = zip(rollouts, again.scores, strict=True)
        write_text(out, "".join(json_module.dumps(_line(one.sample, score)) + "\n" for one, score in pairs))
    table = summary(again.scores)
    say_json(table) if json else _show(table, file)
    if (again.reused or again.asked) and not json:
        say(f"verdicts: {again.reused} from the journal, {again.asked} asked of the judge")
    if out is not None and not json:
        say(f"wrote {out}")


def summary(scores: Sequence[Score]) -> list[dict[str, Any]]:
    """Per type and over all: count, mean accuracy and overall of what was scored, mean format, number unscored."""
    groups: dict[str, list[Score]] = defaultdict(list)
    for one in scores:
        groups[str(one.extra.get("question_type"))].append(one)
    return [_means(kind, groups[kind]) for kind in sorted(groups)] + [_means("all", list(scores))]


def _means(kind: str, scores: Sequence[Score]) -> dict[str, Any]:
    scored = [s for s in scores if s.overall is not None and s.accuracy is not None]
    return {
        "question_type": kind,
        "count": len(scores),
        "accuracy": fmean(s.accuracy or 0.0 for s in scored) if scored else None,
        "format": fmean(s.format for s in scores) if scores else None,
        "overall": fmean(s.overall or 0.0 for s in scored) if scored else None,
        "unscored": len(scores) - len(scored),
    }


def _line(sample: Sample, score: Score) -> dict[str, Any]:
    names = ("overall", "accuracy", "format", "method", "status", "reason", "grader", "tier")
    return {
        "id": sample.id,
        "group": sample.group,
        **{name: getattr(score, name) for name in names},
        "answer": score.extra.get("answer"),
        "question_type": score.extra.get("question_type"),
    }


def _show(table: list[dict[str, Any]], file: Path) -> None:
    rows = [
        (t["question_type"], t["count"], *(shown(t[k]) for k in ("accuracy", "format", "overall")), t["unscored"])
        for t in table
    ]
    say_table(str(file), ("question_type", "count", "accuracy", "format", "overall", "unscored"), rows)
