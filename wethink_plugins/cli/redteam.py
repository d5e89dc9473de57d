"""`wethink redteam`: what a reward pays for that it shouldn't."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from wethink_plugins.cli.output import OptionalPath, OptionalText
from wethink_plugins.errors import WeThinkError


def redteam(
    target: Annotated[
        OptionalText, typer.Argument(help="module:function or file.py:function; nothing: our own rules")
    ] = None,
    search: Annotated[bool, typer.Option("--search", help="look for the best answer that never sees the gold")] = False,
    rows: Annotated[
        OptionalPath, typer.Option(help="JSON lines with question, answer, options; default: a made set")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="machine-readable")] = False,
) -> None:
    """Tries the shipped attacks on a reward, or searches for gold-blind answers. Exit code 1: something was paid."""
    from wethink_plugins.rewards.redteam import reward_of

    try:
        reward = reward_of(target)
        found = _search(reward, rows) if search else _attacks(reward)
    except (WeThinkError, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    faults = found.pop("faults")
    typer.echo(json.dumps(found) if as_json else "\n".join(f"{key}: {value}" for key, value in found.items()))
    raise typer.Exit(1 if faults else 0)


def _attacks(reward: object) -> dict[str, object]:
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


def _search(reward: object, rows: Path | None) -> dict[str, object]:
    from wethink_plugins.rewards.redteam import read_rows, sample_rows, search

    found = search(reward, read_rows(rows) if rows else sample_rows())
    return {
        "exploitability": f"{found.exploitability:.1f} points of 100",
        "best gold-blind": f"{found.best_reward:.3f} by {found.best.name}",
        "best honest constant": f"{found.honest_reward:.3f} by {found.honest.name}",
        "calls": found.calls,
        "failures": found.failures,
        "faults": found.exploitability > 1.0,
    }
