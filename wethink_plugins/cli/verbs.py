"""A group of verbs, one file each, imported when it is asked for: `judge ping` needs no plots, `data validate` no hub."""

from __future__ import annotations

import importlib
from typing import Any

import typer
from typer.core import TyperGroup


def group_of(homes: dict[str, str], summary: str, default: str | None = None) -> typer.Typer:
    """`homes`: verb -> module. The module holds a function with the verb's name, or `app`, a group of its own.

    `default`: the verb that is meant where the first word is none of them.
    """

    class Verbs(TyperGroup):
        def list_commands(self, ctx: Any) -> list[str]:
            return list(homes)

        def parse_args(self, ctx: Any, args: list[str]) -> Any:
            meant = default if args and args[0] not in (*homes, *ctx.help_option_names) else None
            return super().parse_args(ctx, [meant, *args] if meant else args)

        def get_command(self, ctx: Any, cmd_name: str) -> Any:
            return _command(cmd_name, homes[cmd_name]) if cmd_name in homes else None

    app = typer.Typer(cls=Verbs, no_args_is_help=True, add_completion=False, help=summary)
    app.callback()(_nothing)
    return app


def _command(verb: str, home: str) -> Any:
    module = importlib.import_module(home)
    if hasattr(module, "app"):
        command = typer.main.get_command(module.app)
        command.name = verb
        return command
    single = typer.Typer(add_completion=False)
    single.command(verb)(getattr(module, verb))
    return typer.main.get_command(single)


def _nothing() -> None:
    """Typer wants a callback where a group has no verb of its own."""
