"""`wethink sweep FILE`: other weights, tiers and policies on the same rollouts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wethink_plugins.cli.options import ConfigOption, JsonFlag, OptionalPath, OptionalText, OptionalTexts
from wethink_plugins.cli.output import say, say_json, say_table, shown

if TYPE_CHECKING:
    from wethink_plugins.rewards.sweep import Setting


def sweep(
    file: Annotated[
        Path, typer.Argument(help="Rollouts with groups, or a journal: one file, its folder, or the run's.")
    ],
    weights: Annotated[
        OptionalText, typer.Option("--weights", help="Weights of the accuracy, the rest is the format's: 0.5,0.7,0.9")
    ] = None,
    tiers: Annotated[
        OptionalTexts,
        typer.Option("--tiers", help="One set of values, may be given again: mostly=0.5,partly=0.2"),
    ] = None,
    unscored: Annotated[
        OptionalText, typer.Option("--unscored", help="What unscored ones get: mean,left_out,zero,one")
    ] = None,
    grid: Annotated[
        OptionalPath,
        typer.Option("--grid", help="YAML with lists under weights, tiers, unscored, in place of options."),
    ] = None,
    out: Annotated[OptionalPath, typer.Option("--out", help="Folder for sweep.json and sweep.html.")] = None,
    config: ConfigOption = None,
    json: JsonFlag = False,
) -> None:
    """How advantages, ranks and flat groups change with the settings. No judge is called for stored verdicts.

    Options given together are combined; with none, some of each kind are tried one at a time.
    """
    from wethink_plugins.config import WeThinkConfig
    from wethink_plugins.rewards import sweep as swept
    from wethink_plugins.rewards.replay import replay
    from wethink_plugins.rewards.rollout import read_rollouts

    settings = _settings(weights, tiers or [], unscored, grid)
    base = WeThinkConfig.load(config)
    for setting in settings:
        setting.applied(base)  # before a judge is asked anything
    rollouts = read_rollouts(file)
    again = replay(rollouts, base)
    report = {"file": str(file), **swept.sweep(rollouts, again.scores, base, settings)}
    if out is not None:
        _write(report, out)
    say_json(report) if json else _show(report, out)


def _settings(weights: str | None, tiers: Sequence[str], unscored: str | None, file: Path | None) -> list[Setting]:
    from wethink_plugins.rewards.sweep import default_settings, grid, grid_file, weights_of

    if file is not None and (weights or tiers or unscored):
        raise typer.BadParameter("give either the file or the options", param_hint="--grid")
    if file is not None:
        return grid_file(file)
    if not (weights or tiers or unscored):
        return default_settings()
    shares = [weights_of(_share(part)) for part in _parts(weights)]
    return grid(shares, [_tiers(text) for text in tiers], _parts(unscored))


def _tiers(text: str) -> dict[str, float]:
    pairs = [part.partition("=") for part in _parts(text)]
    for name, equals, _ in pairs:
        if not equals or not name.strip():
            raise typer.BadParameter(f"{text!r} isn't NAME=VALUE,NAME=VALUE", param_hint="--tiers")
    return {name.strip(): _number(value, "--tiers") for name, _, value in pairs}


def _parts(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def _share(text: str) -> float:
    share = _number(text, "--weights")
    if not 0 <= share <= 1:
        raise typer.BadParameter(f"{text} is no share of 1", param_hint="--weights")
    return share


def _number(text: str, option: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no number", param_hint=option) from None


def _write(report: Mapping[str, Any], out: Path) -> None:
    import json

    from wethink_plugins.datasets.write import write_text
    from wethink_plugins.rewards.sweep_page import sweep_page

    write_text(out / "sweep.json", json.dumps(report, ensure_ascii=False, indent=2) + "\n")
    write_text(out / "sweep.html", sweep_page(report).html())


def _show(report: Mapping[str, Any], out: Path | None) -> None:
    from wethink_plugins.rewards.sweep_page import COLUMNS

    lines = (report["base"], *report["settings"])
    rows = [(line["setting"], *(shown(line[name]) for name in COLUMNS)) for line in lines]
    title = (
        f"{report['file']}: {report['rollouts']} rollouts, {report['groups_of_two_and_more']} groups of two and more"
    )
    say_table(title, ("setting", *COLUMNS.values()), rows)
    say(report["note"])
    if out is not None:
        say(f"wrote {out / 'sweep.json'} and {out / 'sweep.html'}")
