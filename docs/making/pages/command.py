"""`reference/command/`: every verb with its arguments and options, from the commands themselves."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import typer.main
from typer.core import TyperArgument

from pages.table import code, table, text
from wethink_plugins.cli import main

FOLDER = "reference/command"
_KINDS = {Path: "PATH", str: "TEXT", int: "INTEGER", float: "NUMBER", bool: "TRUE | FALSE"}
_HEAD = """\
# Commands

`wethink VERB`, or `wethink GROUP VERB`. `--help` stands behind each of them too.

"""
_CODES = """
## Exit codes

The same for every verb.

| code | |
|---|---|
| 0 | it was done, and nothing is wrong with what was looked at |
| 1 | it was done, and what was looked at has faults: rejected rows, a judge that gives no verdict, an attack that was paid |
| 2 | it could not be done with what was given: an option, a configuration or a file that can't be used as it stands |
"""


def pages() -> dict[str, str]:
    """Path on the site -> Markdown: an overview, and a page a verb or group of verbs."""
    context, top = _root()
    names = sorted(top.list_commands(context))
    made = {f"{FOLDER}/index.md": _HEAD + _overview(top, context, names) + _CODES}
    for name in names:
        command = top.get_command(context, name)
        made[f"{FOLDER}/{name}.md"] = f"# wethink {name}\n\n" + "".join(_command(command, f"wethink {name}", context))
    return made


def _root() -> tuple[Any, Any]:
    top: Any = typer.main.get_command(main.app)
    return top.make_context("wethink", [], resilient_parsing=True), top


def _overview(top: Any, context: Any, names: list[str]) -> str:
    rows = []
    for name in names:
        command = top.get_command(context, name)
        for path, verb in _verbs(command, name, context):
            rows.append((f"[{code(path)}]({name}.md{_anchor(path, name)})", text(_summary(verb))))
    return table(("verb", "what it does"), rows)


def _anchor(path: str, page: str) -> str:
    return "" if path == page else f"#wethink-{path.replace(' ', '-')}"


def _verbs(command: Any, path: str, context: Any) -> Iterator[tuple[str, Any]]:
    if not hasattr(command, "list_commands"):
        yield path, command
        return
    for name in command.list_commands(context):
        yield from _verbs(command.get_command(context, name), f"{path} {name}", context)


def _command(command: Any, path: str, context: Any) -> Iterator[str]:
    """Its help, how it is called, what it takes; of a group, its verbs below one another."""
    yield f"{_help(command)}\n\n"
    if hasattr(command, "list_commands"):
        for name in command.list_commands(context):
            inner = f"{path} {name}"
            yield f"## {inner.removeprefix('wethink ')} {{ #{inner.replace(' ', '-')} }}\n\n"
            yield from _command(command.get_command(context, name), inner, context)
        return
    yield f"```sh\n{path} {' '.join(_usage(command))}\n```\n\n"
    if rows := [_row(parameter) for parameter in command.params if not getattr(parameter, "hidden", False)]:
        yield table(("option", "value", "default", "what it does"), rows) + "\n"


def _usage(command: Any) -> Iterator[str]:
    for parameter in command.params:
        if isinstance(parameter, TyperArgument):
            name = _argument(parameter)
            yield name if parameter.required else f"[{name}]"
    needed = [one for one in command.params if not isinstance(one, TyperArgument) and one.required]
    yield from (f"{one.opts[0]} {_value(one)}" for one in needed)
    yield "[OPTIONS]"


def _argument(parameter: Any) -> str:
    return (parameter.metavar or parameter.name.upper()) + ("..." if parameter.nargs == -1 else "")


def _row(parameter: Any) -> tuple[str, ...]:
    if isinstance(parameter, TyperArgument):
        names = code(_argument(parameter))
    else:
        names = ", ".join(code(name) for name in (*parameter.opts, *parameter.secondary_opts))
    repeated = ", more than once" if parameter.multiple else ""
    return names, text(_value(parameter) + repeated), _default(parameter), text(_one_line(parameter.help or ""))


def _value(parameter: Any) -> str:
    """What is given: nothing for a flag."""
    if getattr(parameter, "is_flag", False):
        return ""
    limits = [f"{sign} {limit}" for sign, limit in (("≥", parameter.min), ("≤", parameter.max)) if limit is not None]
    return " ".join([parameter.metavar or _kind(parameter.type_descriptor.annotation), *limits])


def _kind(annotation: Any) -> str:
    """Of a type, of its choices, or of what a list or an optional value holds."""
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return " | ".join(str(one.value) for one in annotation)
    if get_origin(annotation) is Literal:
        return " | ".join(map(str, get_args(annotation)))
    inner = [part for part in get_args(annotation) if part is not type(None)]
    return _kind(inner[0]) if inner else _KINDS[annotation]


def _default(parameter: Any) -> str:
    if parameter.required:
        return "needed"
    value = parameter.default
    if value is None or value is False or value in ((), []) or callable(value):
        return ""
    return code(str(getattr(value, "value", value)))


def _help(command: Any) -> str:
    paragraphs = inspect.cleandoc(command.help or "").replace("\b", "").split("\n\n")
    return "\n\n".join(text(_one_line(paragraph)) for paragraph in paragraphs)


def _summary(command: Any) -> str:
    """The first sentence."""
    paragraph = _one_line((command.help or "").split("\n\n")[0])
    return paragraph.split(". ")[0].rstrip(".:;")


def _one_line(value: str) -> str:
    return " ".join(value.split())
