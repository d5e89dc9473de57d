"""`wethink prompt HOST`: the chat template that puts the system prompt where a host has no key for it."""

from __future__ import annotations

from typing import Annotated

import typer

from wethink_plugins.cli.options import JsonFlag, OptionalPath, PromptOption
from wethink_plugins.cli.output import say, say_json

_HOSTS = ("easyr1",)


def prompt(
    host: Annotated[str, typer.Argument(help=f"One of: {', '.join(_HOSTS)}.")],
    model: Annotated[str, typer.Option("--model", help="The model's folder, or its hub name if it is in the cache.")],
    out: Annotated[
        OptionalPath, typer.Option("--out", help="Write the template here, for data.override_chat_template.")
    ] = None,
    copy: Annotated[
        OptionalPath,
        typer.Option("--copy", help="Make a folder of the model with it, weights linked: train that, in any version."),
    ] = None,
    apply: Annotated[
        bool, typer.Option("--apply", help="Write it into the model's folder: for a model that was trained with it.")
    ] = False,
    name: PromptOption = "wethink",
    json: JsonFlag = False,
) -> None:
    """Make a chat template from the model's own, with the system prompt, and check what it renders."""
    from wethink_plugins.datasets.write import write_text
    from wethink_plugins.model_folder import model_folder
    from wethink_plugins.prompts import system_prompt
    from wethink_plugins.prompts.apply import apply_to, example, template_for
    from wethink_plugins.prompts.model_copy import copy_with

    if host not in _HOSTS:
        raise typer.BadParameter(f"{host!r} is not one of {', '.join(_HOSTS)}", param_hint="HOST")
    folder, text = model_folder(model), system_prompt(name)
    template = template_for(folder, text)
    written = apply_to(folder, text) if apply else []
    if copy is not None:
        written += copy_with(folder, copy, text)
    if out is not None:
        written.append(write_text(out, template).resolve())
    shown = example(folder, template)
    if json:
        say_json({"template": template, "rendered": shown, "files": [str(file) for file in written]})
        return
    if not written:
        say(template)
        return
    for file in written:
        say(f"wrote {file}")
    say(f"a question with one image now reads:\n\n{shown}")
    if out is not None:
        say(f"\ndata.override_chat_template={out.resolve()}")
        say("Up to EasyR1 v0.3.2 that key takes no file: there, use --copy.")
    if copy is not None:
        say(f"\nworker.actor.model.model_path={copy.resolve()} data.override_chat_template=null")
