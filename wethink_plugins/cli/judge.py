"""`wethink judge VERB`: is this judge there, and fit to pay answers? One file a verb, imported when it is asked for."""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

import typer
from typer.core import TyperGroup

_VERBS = ("ping", "calibrate", "stability")


class _Verbs(TyperGroup):
    """`judge ping` needs no plots, `judge calibrate` does."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [verb for verb in _VERBS if importlib.util.find_spec(_home(verb)) is not None]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in self.list_commands(ctx):
            return None
        single = typer.Typer(add_completion=False)
        single.command(cmd_name)(getattr(importlib.import_module(_home(cmd_name)), cmd_name))
        return typer.main.get_command(single)


def _home(verb: str) -> str:
    return f"wethink_plugins.cli.judge_{verb}"


app = typer.Typer(cls=_Verbs, no_args_is_help=True, help="Reach and measure the judge before and while it pays.")


@app.callback()
def _common() -> None:
    """Reach and measure the judge before and while it pays."""
