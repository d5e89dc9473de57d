"""`wethink recipe list | show NAME`: the configurations that ship here, and the whole YAML with comments."""

from __future__ import annotations

from typing import Annotated

import typer

from wethink_plugins.cli.output import JsonFlag, OptionalPath, say, say_json

app = typer.Typer(no_args_is_help=True, help="Configurations that people run.")

CONFIG = "config"
_CONFIG_SUMMARY = "the whole YAML of the reward, every key with its default and what it does"


@app.command("list")
def list_recipes(json: JsonFlag = False) -> None:
    """One line a recipe: name, and what it is."""
    from wethink_plugins.shipped import recipes, summary

    lines = {CONFIG: _CONFIG_SUMMARY, **{name: summary(file) for name, file in recipes().items()}}
    if json:
        say_json([{"name": name, "summary": text} for name, text in lines.items()])
        return
    width = max(map(len, lines))
    for name, text in lines.items():
        say(f"{name:<{width}}  {text}".rstrip())


@app.command("show")
def show(
    name: Annotated[str, typer.Argument(help="A name that `wethink recipe list` gives.")],
    out: Annotated[
        OptionalPath, typer.Option("--out", help="Write to this file instead of printing, with paths of this machine.")
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Print a recipe; with --out, start your own from it."""
    from wethink_plugins.cli.config_text import config_text
    from wethink_plugins.datasets.write import write_text
    from wethink_plugins.shipped import recipe, with_paths

    text = config_text() if name == CONFIG else recipe(name).read_text(encoding="utf-8")
    if out is not None:
        text = with_paths(text, out.parent)
        write_text(out, text)
    if json:
        say_json({"name": name, "text": text, "file": str(out) if out else None})
    else:
        say(f"wrote {out}" if out else text.rstrip("\n"))
