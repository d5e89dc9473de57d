"""`wethink score FILE`: rewards of rollouts that are on disk, by the present configuration."""

from __future__ import annotations

import json as json_module
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wethink_plugins.cli.options import ConfigOption, JsonFlag, OptionalPath
from wethink_plugins.cli.output import complain, say, say_json, say_table, shown
from wethink_plugins.counted import counted

if TYPE_CHECKING:
    from wethink_plugins.config import WeThinkConfig
    from wethink_plugins.rewards.rollout import Rollout
    from wethink_plugins.score import Score

_FILE = (
    "Rollouts (JSONL with id, group, question, response, answer, question_type, options, reward_method), "
    "or a journal: one file, its folder, or the run's."
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
    """Score again, and print accuracy and format by question type, and how many groups teach nothing.

    The file stays as it is. A warning says so when most responses have no answer that could be read, or none follows
    `style`.

    A journal's verdicts are used again, and no judge is called, unless the judge's own settings have changed. Exit code
    1 when more of what needed the judge stays unscored than `judge.tolerate.share` allows.
    """
    from wethink_plugins.config import WeThinkConfig
    from wethink_plugins.datasets.write import refuse_overwriting, write_text
    from wethink_plugins.errors import SampleError
    from wethink_plugins.rewards.replay import by_other_judges, replay
    from wethink_plugins.rewards.rollout import read_rollouts

    if out is not None:
        refuse_overwriting(file, out)
    rollouts = read_rollouts(file)
    settings = WeThinkConfig.load(config)
    if others := by_other_judges(rollouts, settings):  # before it is asked: that may cost money
        complain(
            f"{counted(others, 'stored verdict')} not used: the judge's settings were others then; it is asked anew"
        )
    try:
        again = replay(rollouts, settings, retry_unscored=retry_unscored)
    except SampleError as error:
        raise SampleError(
            error.problem, fix=error.fix, file=error.file or file, row=error.row, field=error.field
        ) from None
    if out is not None:
        pairs = zip(rollouts, again.scores, strict=True)
        write_text(out, "".join(json_module.dumps(_line(one, score)) + "\n" for one, score in pairs))
    table = summary(again.scores)
    table[-1].update(equal_groups(rollouts, again.scores))
    say_json(table) if json else _show(table, file)
    if (again.reused or again.asked) and not json:
        say(f"verdicts: {again.reused} from the journal, {again.asked} asked of the judge")
    if out is not None and not json:
        say(f"wrote {out}")
    for line in [*unjudged(table), *causes(again.scores), *_faults(rollouts, again.scores, settings)]:
        complain(line)
    if table[-1]["unscored"] > settings.judge.tolerate.share * table[-1]["needed_judge"]:
        raise typer.Exit(1)


def summary(scores: Sequence[Score]) -> list[dict[str, Any]]:
    """Per type and over all: count, mean accuracy and overall of what was scored, mean format, numbers unscored and
    ungradable; how many needed the judge, and how many got a verdict from it."""
    groups: dict[str, list[Score]] = defaultdict(list)
    for one in scores:
        groups[str(one.extra.get("question_type"))].append(one)
    return [_means(kind, groups[kind]) for kind in sorted(groups)] + [_means("all", list(scores))]


def unjudged(table: Sequence[Mapping[str, Any]]) -> list[str]:
    """A line for each type whose accuracy is no judge's, although one was needed."""
    return [
        f"{t['question_type']}: the judge settled none of the {t['needed_judge']} that needed it; the accuracy "
        f"{shown(t['accuracy'])} is of the other {t['count'] - t['unscored']} only (no answer, by rule, ungradable)"
        for t in table[:-1]
        if t["needed_judge"] and not t["judged"] and t["accuracy"] is not None
    ]


def causes(scores: Sequence[Score]) -> list[str]:
    """How many that needed the judge stayed unscored or were ungradable, each with the cause of the first."""
    needed = [one for one in scores if one.method == "model"]
    lost = [(status, [one for one in needed if one.status == status]) for status in ("unscored", "ungradable")]
    return [
        f"{len(some)} of {len(needed)} that needed the judge {status}: {some[0].reason}"
        for status, some in lost
        if some
    ]


def _faults(rollouts: Sequence[Rollout], scores: Sequence[Score], settings: WeThinkConfig) -> list[str]:
    """What the first batch of a training would shout."""
    from wethink_plugins.rewards.other_style import unread
    from wethink_plugins.rewards.row_faults import row_faults

    samples = [rollout.sample for rollout in rollouts]
    of_rows = row_faults(list(zip(samples, scores, strict=True)), settings.rules)
    return [
        *unread([one.response for one in samples], scores, settings.style),
        *(f"CHECK THIS: {one}" for one in of_rows),
    ]


def equal_groups(rollouts: Sequence[Rollout], scores: Sequence[Score]) -> dict[str, int]:
    """How many groups have two or more that were scored, and in how many of these all rewards are equal."""
    from wethink_plugins.rewards.advantages import group_of

    rewards: dict[Hashable, list[float]] = defaultdict(list)
    for rollout, score in zip(rollouts, scores, strict=True):
        if score.overall is not None:
            rewards[rollout.group].append(score.overall)
    groups = [group_of(paid) for paid in rewards.values() if len(paid) > 1]
    return {"groups": len(groups), "equal_groups": sum(group.flat for group in groups)}


def _means(kind: str, scores: Sequence[Score]) -> dict[str, Any]:
    from wethink_plugins.rewards.groups import needed_judge

    scored = [s for s in scores if s.overall is not None and s.accuracy is not None]
    return {
        "question_type": kind,
        "count": len(scores),
        "accuracy": fmean(s.accuracy or 0.0 for s in scored) if scored else None,
        "format": fmean(s.format for s in scores) if scores else None,
        "overall": fmean(s.overall or 0.0 for s in scored) if scored else None,
        "unscored": len(scores) - len(scored),
        "ungradable": sum(s.status == "ungradable" for s in scores),
        "needed_judge": sum(map(needed_judge, scores)),
        "judged": sum(needed_judge(s) and s.status == "scored" for s in scores),
    }


def _line(rollout: Rollout, score: Score) -> dict[str, Any]:
    """`index`: the line in the file that was scored, from 1. The other fields are a journal's, so that `wethink watch` and
    `wethink score` read it; `answer` is what was read from the response."""
    numbers = {name: _rounded(getattr(score, name)) for name in ("overall", "accuracy", "format")}
    names = ("method", "status", "reason", "grader", "tier")
    sample, extra = rollout.sample, score.extra
    return {
        "id": sample.id,
        "index": rollout.number,
        "group": sample.group,
        "step": sample.meta.get("step"),
        "split": sample.meta.get("split"),
        **numbers,
        **{name: getattr(score, name) for name in names},
        "format_fault": extra.get("format_fault"),
        "terms": extra.get("terms", {}),
        "rule_undecided": bool(extra.get("rule_undecided")),
        "answer": extra.get("answer"),
        "gold": sample.answer,
        "question_type": extra.get("question_type"),
        "options": list(sample.options),
        "reward_method": sample.reward_method,
        "question": sample.question,
        "response": sample.response,
    }


def _rounded(number: float | None) -> float | None:
    """0.7 * 0.7 + 0.3 as 0.79, for who reads it."""
    return None if number is None else round(number, 9)


def _show(table: list[dict[str, Any]], file: Path) -> None:
    means, counts = ("accuracy", "format", "overall"), ("unscored", "ungradable")
    rows = [(t["question_type"], t["count"], *(shown(t[k]) for k in means), *(t[k] for k in counts)) for t in table]
    say_table(str(file), ("question_type", "count", *means, *counts), rows)
    if groups := table[-1]["groups"]:
        equal = table[-1]["equal_groups"]
        say(f"{counted(groups, 'group')}; in {equal} all rewards are equal, which teaches nothing")
