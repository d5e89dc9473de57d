"""Tables and a page of a study of arms, and the command that trains what is missing and draws what is there."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from arms import ENVIRONMENTS, Arms, train_all, unfinished
from arms_figures import HIGH, LEVEL, Outcome, Outcomes, curve, mean_of, read_outcomes
from chain import CHECKOUT
from curves import TYPES
from rich.console import Console
from stages import write_json

from wethink_plugins.report import Line, LineChart, Page

STEPS = (
    "Until the accuracy on the validation questions, taken every few steps and joined by straight lines, first meets a "
    "level; each seed. Mixed groups: the share whose full rewards differ."
)
CALLS = (
    "Answers: those of a readable form, which a judge of everything would have been asked about. Judged: those that "
    "were paid by the judge. Requests: those that reached its server, what it had judged before being in a store. A "
    "point is one of a hundred in accuracy on all types, over the warm start. Means of the seeds."
)
Cells = list[str]
Seeds = Mapping[int, Outcome]


@dataclass(frozen=True)
class Study:
    """Arms that are drawn together; `by_type` draws a chart for each question type as well."""

    heading: str
    question: str
    arms: Sequence[str]
    by_type: bool = False


def plain(kind: str) -> str:
    return kind.replace("_", " ")


def share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def number(value: float | None) -> str:
    """Whole from ten on, with a digit below."""
    return "-" if value is None else "0" if not value else f"{value:.0f}" if value >= 10 else f"{value:.1f}"


def each(seeds: Seeds, shown: Callable[[Outcome], object]) -> str:
    """The seeds' figures in the order of the seeds."""
    return ", ".join(str(shown(outcome)) for _, outcome in sorted(seeds.items()))


def reached(steps: float | None) -> str:
    return "never" if steps is None else f"{steps:.1f}"


def accuracy_table(outcomes: Outcomes) -> list[Cells]:
    """Header and a row an arm: accuracy on the test rows."""
    rows = [["arm", "seeds", "all types", "each seed", *map(plain, TYPES)]]
    starts = {seed: outcome for seeds in outcomes.values() for seed, outcome in seeds.items()}
    if starts:
        types = [share(mean_of(starts, lambda one, kind=kind: one.start_per_type[kind])) for kind in TYPES]
        whole = share(mean_of(starts, lambda one: one.start))
        rows.append(["warm start", str(len(starts)), whole, each(starts, lambda one: share(one.start)), *types])
    for name, seeds in outcomes.items():
        types = [share(mean_of(seeds, lambda one, kind=kind: one.per_type[kind])) for kind in TYPES]
        whole = share(mean_of(seeds, lambda one: one.accuracy))
        rows.append([name, str(len(seeds)), whole, each(seeds, lambda one: share(one.accuracy)), *types])
    return rows


def steps_table(outcomes: Outcomes) -> list[Cells]:
    """Header and a row an arm: steps to an accuracy on the validation rows, each seed."""
    rows = [["arm", *(f"all types, {level:g}" for level in (LEVEL, HIGH)), *(f"{plain(kind)}, {LEVEL:g}" for kind in TYPES), "mixed groups"]]  # fmt: skip
    for name, seeds in outcomes.items():
        whole = [each(seeds, lambda one, level=level: reached(one.steps_to(level))) for level in (LEVEL, HIGH)]
        types = [each(seeds, lambda one, kind=kind: reached(one.steps_to(LEVEL, kind))) for kind in TYPES]
        rows.append([name, *whole, *types, share(mean_of(seeds, lambda one: one.mixed_groups))])
    return rows


def judge_table(outcomes: Outcomes) -> list[Cells]:
    """Header and a row an arm: what the judge was asked, and what came of it; means of the seeds."""
    rows = [["arm", "answers", "of them judged", f"judged until {LEVEL:g}", "judged for a point", "requests sent", "requests for a point"]]  # fmt: skip
    for name, seeds in outcomes.items():
        figures = [
            mean_of(seeds, lambda one: one.answered),
            mean_of(seeds, lambda one: one.all_judged),
            mean_of(seeds, lambda one: one.judged_until()) if all(one.steps_to() for one in seeds.values()) else None,
            mean_of(seeds, lambda one: one.per_point(one.all_judged)),
            mean_of(seeds, lambda one: one.sent),
            mean_of(seeds, lambda one: one.per_point(one.sent)),
        ]
        rows.append([name, *map(number, figures)])
    return rows


def markdown(table: Sequence[Cells]) -> str:
    head, *rows = (f"| {' | '.join(cells)} |" for cells in table)
    return "\n".join([head, "|---" * len(table[0]) + "|", *rows]) + "\n"


def as_markdown(outcomes: Outcomes) -> str:
    return "\n".join(markdown(table(outcomes)) for table in (accuracy_table, steps_table, judge_table))


def chart(title: str, names: Sequence[str], outcomes: Outcomes, kind: str | None = None) -> LineChart:
    """Over the seeds that all of these arms have, so that no line is better for an easier start."""
    there = {name: outcomes[name] for name in names if name in outcomes}
    common = set.intersection(*(set(seeds) for seeds in there.values()))
    lines = [
        Line(name, curve({seed: one for seed, one in seeds.items() if seed in common}, kind))
        for name, seeds in there.items()
    ]
    return LineChart(title, lines, y_label="held-out accuracy", y_range=(0.0, 1.0))


def page_of(title: str, lead: str, studies: Sequence[Study], outcomes: Outcomes) -> Page:
    """Curves of each study, then the tables."""
    page = Page(title, lead)
    for study in studies:
        if not any(name in outcomes for name in study.arms):
            continue
        page.section(study.heading, study.question)
        charts = [chart("all types", study.arms, outcomes)]
        charts += [chart(plain(kind), study.arms, outcomes, kind) for kind in TYPES] if study.by_type else []
        page.figure(*charts)
    told = {
        "After training": ("Greedy answers to the test questions, graded by checker.py.", accuracy_table),
        "Steps needed": (STEPS, steps_table),
        "What the judge was asked": (CALLS, judge_table),
    }
    for heading, (text, table) in told.items():
        header, *rows = table(outcomes)
        page.section(heading, text).table(header, rows)
    return page


def parsed(kind: type[Arms], about: str | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    runs, arms = [CHECKOUT / "runs" / "demo"], list(kind.arms)
    parser.add_argument("--runs", type=Path, nargs="+", default=runs, help="finished runs of demo.py, one a seed")
    parser.add_argument("--arms", nargs="+", choices=arms, metavar="ARM", default=arms, help="; ".join(arms))
    parser.add_argument("--steps", type=int, help="default: as in grpo.yaml")
    parser.add_argument("--environments", type=Path, default=ENVIRONMENTS, help="where the judge's server is installed")
    parser.add_argument("--out", type=Path, default=CHECKOUT / "runs" / kind.folder)
    parser.add_argument("--draw", action="store_true", help="train nothing, draw what is there")
    return parser.parse_args()


def study(kind: type[Arms], studies: Sequence[Study], title: str, lead: str, about: str | None) -> int:
    """The whole command: train seed by seed, and write tables and page of what is there, even when a training fails."""
    chosen, console = parsed(kind, about), Console()
    runs = [run.resolve() for run in chosen.runs]
    if unfinished(runs, console):
        return 2
    code = 0
    for run in () if chosen.draw else runs:
        code = code or train_all(kind(run, chosen.steps, chosen.arms, chosen.environments), console)
    outcomes = read_outcomes(kind, runs)
    told = {name: {seed: asdict(one) for seed, one in seeds.items()} for name, seeds in outcomes.items()}
    write_json(chosen.out / f"{kind.folder}.json", told)
    (chosen.out / f"{kind.folder}.md").write_text(as_markdown(outcomes), encoding="utf-8")
    page_of(title, lead, studies, outcomes).write(chosen.out / f"{kind.folder}.html")
    console.print(as_markdown(outcomes), markup=False, highlight=False, soft_wrap=True)
    return code
