"""`wethink VERB`. Exit codes, the same for every verb:

0  it was done, and nothing is wrong with what was looked at
1  it was done, and what was looked at has faults: rejected rows, a judge that gives no verdict, an attack that was paid
2  it could not be done with what was given: an option, a configuration or a file that can't be used as it stands

A verb ends with 1 itself, by `typer.Exit(1)`. All errors of ours end with their class's own code, here.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from wethink_plugins import __version__
from wethink_plugins.cli import (
    data,
    doctor,
    evaluate,
    generate,
    grade,
    judge,
    path,
    prompt,
    recipe,
    redteam,
    score,
    serve,
    shadow,
    sweep,
    synth,
    watch,
)
from wethink_plugins.cli.output import complain, say
from wethink_plugins.errors import WeThinkError

app = typer.Typer(
    name="wethink",
    help="Hybrid rewards, data and recipes for RL of vision-language models, as plugins for existing trainers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("path")(path.path)
app.command("prompt")(prompt.prompt)
app.command("doctor")(doctor.doctor)
app.command("grade", context_settings=grade.CONTEXT)(grade.grade)
app.command("score")(score.score)
app.command("redteam")(redteam.redteam)
app.command("serve")(serve.serve)
app.command("watch")(watch.watch)
app.command("generate")(generate.generate)
app.command("evaluate")(evaluate.evaluate)
app.command("sweep")(sweep.sweep)
app.add_typer(data.app, name="data")
app.add_typer(judge.app, name="judge")
app.add_typer(synth.app, name="synth")
app.add_typer(shadow.app, name="shadow")
app.add_typer(recipe.app, name="recipe")


def _show_version(wanted: bool) -> None:
    if wanted:
        say(__version__)
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Options of every verb stand after the verb: --json, --config FILE."""


def main(arguments: Sequence[str] | None = None) -> None:
    """The console script. Always ends by SystemExit."""
    try:
        app(args=list(arguments) if arguments is not None else None)
    except WeThinkError as error:
        complain(error)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
