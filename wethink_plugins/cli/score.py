"""`wethink score FILE`: rewards of rollouts that are on disk, by the present configuration."""

from __future__ import annotations

import json as json_module
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
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
    config: ConfigOption = None,
    json: JsonFlag = False,
) -> None:
    """Score again, and print accuracy and format by question type. The journal stays as it is."""
    from wethink_plugins.config import JournalFile, WeThinkConfig
    from wethink_plugins.datasets.write import refuse_overwriting, write_text
    from wethink_plugins.errors import WeThinkError
    from wethink_plugins.rewards.hybrid import HybridReward

    if out is not None:
        refuse_overwriting(file, out)
    settings = WeThinkConfig.load(config).model_copy(update={"journal": JournalFile()})
    samples = [_sample(line, file, number) for number, line in _lines(file)]
    if not samples:
        raise WeThinkError("holds no rollouts", fix="give a JSONL file, or the folder of a journal", file=file)
    reward = HybridReward.from_config(settings)
    reward.require(samples)
    try:
        scores = reward.score_batch(samples)
    finally:
        reward.close()
    if out is not None:
        write_text(out, "".join(json_module.dumps(_line(s, r)) + "\n" for s, r in zip(samples, scores, strict=True)))
    table = summary(scores)
    say_json(table) if json else _show(table, file)
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


def _lines(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    from wethink_plugins.datasets.load import read_records
    from wethink_plugins.rewards.journal import read_journal

    return enumerate(read_journal(file), start=1) if file.is_dir() else read_records(file)


def _sample(line: Mapping[str, Any], file: Path, number: int) -> Sample:
    """A journal calls the right answer `gold`, its `answer` is what was read from the response."""
    from wethink_plugins.errors import SampleError
    from wethink_plugins.sample import Sample

    def fault(field: str, problem: str, fix: str) -> SampleError:
        return SampleError(problem, fix=fix, file=f"{file}:{number}", row=line.get("id"), field=field)

    for field in ("response", "gold" if "gold" in line else "answer"):
        if not isinstance(line.get(field), str):
            raise fault(field, "is missing or not text", "each line needs response and answer")
    options = line.get("options") or []
    if not isinstance(options, list) or not all(isinstance(text, str) for text in options):
        raise fault("options", "is no list of texts", "write the option texts in order, as a list")
    return Sample(
        id=str(line.get("id", number)),
        group=line.get("group"),
        question=str(line.get("question") or line.get("problem") or ""),
        response=line["response"],
        answer=line.get("gold", line.get("answer")),
        question_type=line.get("question_type") or line.get("category") or None,
        options=tuple(options),
        reward_method=line.get("reward_method") or line.get("reward") or "auto",
        meta={key: line[key] for key in ("step", "split") if key in line},
    )


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
