"""`wethink doctor HOST`: looks a set-up over before it trains. Exit code 0 nothing found, 1 warnings or errors."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from wethink_plugins.cli.options import ConfigOption, JsonFlag, OptionalPath, OptionalText, SettingsArgument
from wethink_plugins.cli.output import complain, say, say_json

if TYPE_CHECKING:
    from wethink_plugins.doctor.finding import Finding

_HOSTS = ("easyr1", "verl", "llamafactory")


def doctor(
    host: Annotated[str, typer.Argument(help=f"One of: {', '.join(_HOSTS)}.")],
    settings: SettingsArgument = None,
    recipe: Annotated[OptionalPath, typer.Option("--recipe", help="The host's YAML that you train with.")] = None,
    rows: Annotated[
        OptionalPath, typer.Option("--rows", help="Rows as the host reads them; default: what the recipe names.")
    ] = None,
    model: Annotated[OptionalText, typer.Option("--model", help="The model's folder; default: as the recipe.")] = None,
    config: ConfigOption = None,
    files_only: Annotated[
        bool, typer.Option("--files-only", help="Load none of the host's code, and join no Ray cluster.")
    ] = False,
    json: JsonFlag = False,
) -> None:
    """Look a set-up over before it trains: one line a fault, with the fix.

    Run it in the folder and the environment that training starts in; relative paths are taken from there.
    """
    from wethink_plugins.doctor.case import Case
    from wethink_plugins.doctor.hosts import DEFAULTS, examine
    from wethink_plugins.doctor.recipe import Recipe
    from wethink_plugins.errors import WeThinkError

    if host not in _HOSTS:
        raise typer.BadParameter(f"{host!r} is not one of {', '.join(_HOSTS)}", param_hint="HOST")
    for option, file in (("--recipe", recipe), ("--rows", rows), ("--config", config)):
        if file is not None and not file.is_file():
            raise typer.BadParameter(f"no such file: {file}", param_hint=option)
    try:
        read = Recipe(recipe, settings or (), DEFAULTS[host])
    except WeThinkError as error:
        raise typer.BadParameter(str(error), param_hint="--recipe") from None
    case = Case(host, read, config, rows, model)
    found = []
    for finding in examine(case, files_only):
        found.append(finding)
        if not json:
            _show(finding)
    if json:
        say_json([asdict(finding) for finding in found])
    faults = sum(finding.is_fault for finding in found)
    if not json:
        say(f"{faults} found" if faults else "nothing found")
    if faults:
        raise typer.Exit(1)


def _show(finding: Finding) -> None:
    if finding.is_fault:
        complain(f"{finding.level}: {finding.line()}")
        return
    say(f"ok: {finding.line()}")
    for line in finding.detail.splitlines():
        say(f"    {line}")
