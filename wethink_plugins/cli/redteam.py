"""`wethink redteam`: what a reward pays for that it shouldn't."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wethink_plugins.cli.options import ConfigOption, OptionalPath, OptionalText
from wethink_plugins.errors import WeThinkError

if TYPE_CHECKING:
    from wethink_plugins.rewards.redteam.target import Reward


def redteam(
    target: Annotated[
        OptionalText, typer.Argument(help="module:function or file.py:function; nothing: our own rules")
    ] = None,
    search: Annotated[bool, typer.Option("--search", help="look for the best answer that never sees the gold")] = False,
    rows: Annotated[
        OptionalPath, typer.Option(help="with --search: JSON lines with question, answer, options; default: a made set")
    ] = None,
    config: ConfigOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="machine-readable")] = False,
) -> None:
    """Tries the shipped attacks on a reward, or searches for gold-blind answers. Exit code 1: something was paid.

    With --config, on the judge that it names: descriptive answers that try to be paid for nothing, and a few honest
    ones, which a judge that refuses everything would fail.
    """
    from wethink_plugins.rewards.redteam import reward_of

    if config is not None and (target or search):
        raise WeThinkError("--config names a judge to attack", fix="leave out the target and --search")
    if rows is not None and not search:
        raise WeThinkError("--rows is for the search; the shipped attacks have rows of their own", fix="add --search")
    found = _judge(config) if config is not None else _search_or_attack(reward_of(target), search, rows)
    faults = found.pop("faults")
    typer.echo(json.dumps(found) if as_json else "\n".join(f"{key}: {value}" for key, value in found.items()))
    raise typer.Exit(1 if faults else 0)


def _judge(config: Path) -> dict[str, object]:
    from wethink_plugins.config import JournalFile, WeThinkConfig
    from wethink_plugins.rewards.redteam.judged import attack_judge

    report = attack_judge(WeThinkConfig.load(config).model_copy(update={"journal": JournalFile()}))
    return {
        "attacks": report.attacks,
        "accepted": len(report.paid),
        "unscored": len(report.unscored),
        "honest answers refused": f"{len(report.refused)} of {report.honest}",
        "which": ", ".join([*report.paid, *report.refused, *report.unscored]) or "none",
        "faults": [*report.paid, *report.refused, *report.unscored],
    }


def _search_or_attack(reward: Reward, search: bool, rows: Path | None) -> dict[str, object]:
    return _search(reward, rows) if search else _attacks(reward)


def _attacks(reward: Reward) -> dict[str, object]:
    from wethink_plugins.rewards.redteam import Row, try_attacks

    outcomes = try_attacks(lambda a: reward(a.response, Row("", a.gold, a.question_type, a.options)))
    paid = [outcome.attack.id for outcome in outcomes if outcome.reward is not None and outcome.reward >= 0.5]
    failed = [f"{outcome.attack.id} ({outcome.error or 'no number'})" for outcome in outcomes if outcome.reward is None]
    return {
        "attacks": len(outcomes),
        "accepted": len(paid),
        "unscored": len(failed),
        "which": ", ".join(paid + failed) or "none",
        "faults": paid + failed,
    }


def _search(reward: Reward, rows: Path | None) -> dict[str, object]:
    from wethink_plugins.rewards.redteam import read_rows, sample_rows, search

    found = search(reward, read_rows(rows) if rows else sample_rows())
    return {
        "exploitability": f"{found.exploitability:.1f} points of 100",
        "best gold-blind": f"{found.best_reward:.3f} by {found.best.name}",
        "best honest constant": f"{found.honest_reward:.3f} by {found.honest.name}",
        "calls": found.calls,
        "failures": f"{found.failures} ({found.cause})" if found.failures else 0,
        **({"note": _same(found.constant)} if found.constant is not None else {}),
        "faults": found.exploitability > 1.0 or found.failures > 0 or (found.constant or 0.0) > 0.0,
    }


def _same(paid: float) -> str:
    """Nothing or less for all is no fault: no answer that was tried need be right."""
    rest = "so an answer earns nothing by being right" if paid > 0 else "so try a right one, to see that it pays at all"
    return f"the reward pays every answer the same, {paid:.3f}: {rest}"
