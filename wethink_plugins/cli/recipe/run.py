"""`wethink recipe run NAME`: export, doctor, launch; every command is printed before it is executed."""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wethink_plugins.cli.options import InferFlag, JsonFlag, OptionalPath, PromptOption, SettingsArgument
from wethink_plugins.cli.output import complain, say, say_json
from wethink_plugins.cli.recipe.options import HostOption, NameArgument, WithOption

if TYPE_CHECKING:
    from wethink_plugins.recipes.order import Order
    from wethink_plugins.recipes.steps import Step

_LOG = "train.log"


def run(
    name: NameArgument,
    data: Annotated[Path, typer.Option("--data", help="WeThink rows to train on: .jsonl, .json or .parquet.")],
    model: Annotated[str, typer.Option("--model", help="The model's folder, or its name on the hub.")],
    out: Annotated[Path, typer.Option("--out", help="Folder of the run: a new one, or that of the same run.")],
    settings: SettingsArgument = None,
    images: Annotated[
        OptionalPath, typer.Option("--images", help="What image_path is relative to; default: the folder of the rows.")
    ] = None,
    val: Annotated[OptionalPath, typer.Option("--val", help="Validation rows; default: taken out of --data.")] = None,
    val_rows: Annotated[int, typer.Option("--val-rows", min=1, help="So many, without --val.")] = 200,
    host: HostOption = None,
    more: WithOption = None,
    reward: Annotated[
        OptionalPath, typer.Option("--reward", help="A reward's YAML of your own, in place of the recipe's.")
    ] = None,
    prompt: PromptOption = "wethink",
    infer_types: InferFlag = False,
    allow_rejects: Annotated[
        bool, typer.Option("--allow-rejects", help="Train on the good rows although others are rejected.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Prepare and look over, print the launch, and stop.")
    ] = False,
    no_doctor: Annotated[
        bool, typer.Option("--no-doctor", help="Don't look it over: for a machine without the host, with --dry-run.")
    ] = False,
    anyway: Annotated[bool, typer.Option("--anyway", help="Launch although doctor found something.")] = False,
    json: JsonFlag = False,
) -> None:
    """Train by a recipe: write its files, export the rows, look all of it over, launch. Run it in the environment (for
    EasyR1: in its folder) that trains. The same command again goes on; what trains keeps its log in OUT/train.log."""
    from wethink_plugins.recipes.choice import chosen
    from wethink_plugins.recipes.folder import claimed, prepare, settled
    from wethink_plugins.recipes.order import Order
    from wethink_plugins.recipes.steps import launch, looking_over

    order = Order(
        choice=chosen(name, host, more or []), out=_whole(out), data=_whole(data), model=_model(model),
        images=_whole(images) if images else None, val=_whole(val) if val else None, val_rows=val_rows,
        prompt=prompt, reward=_whole(reward) if reward else None, settings=_settings(settings or []),
        infer_types=infer_types, allow_rejects=allow_rejects,
    )  # fmt: skip
    order.check()
    done: list[Step] = []
    if not no_doctor:
        _first_look(order)
    with claimed(order.out):
        for note in prepare(order):
            complain(note)
        _hint(order)
        _prepare_rows(order, json, done)
        if not no_doctor:
            step = looking_over(order)
            if _execute(step, json, done) and not anyway:
                complain(f"not launched: doctor found something, see above; look at {order.run_file}, or give --anyway")
                raise typer.Exit(1)
        settled(order)
        step = launch(order)
        if dry_run:
            _finish(order, [*done, step], json, "not launched: this is a dry run")
            return
        code = _execute(step, json, done, order.out / _LOG)
    if code:
        complain(f"{order.host} ended with code {code}; its log: {order.out / _LOG}")
        raise typer.Exit(1)
    journal = f"; look at it with: wethink watch {order.out}" if order.reward_file else ""
    _finish(order, done, json, f"trained{journal}")


def _first_look(order: Order) -> None:
    """What would end the run anyway, before any row is read: the wrong framework, a reward that can't start."""
    from wethink_plugins.doctor.case import Case
    from wethink_plugins.doctor.hosts import DEFAULTS
    from wethink_plugins.doctor.recipe import Recipe
    from wethink_plugins.doctor.software import framework

    faults = [one for one in framework(Case(order.host, Recipe(None, (), DEFAULTS[order.host]))) if one.is_fault]
    for fault in faults:
        complain(f"{fault.level}: {fault.line()}")
    if faults:
        raise typer.Exit(1)


def _prepare_rows(order: Order, json: bool, done: list[Step]) -> None:
    from wethink_plugins.recipes.chosen_rows import write_chosen
    from wethink_plugins.recipes.steps import preparing

    rows = order.choice.rows
    if not rows.all_of_them:
        read, kept = write_chosen(order.data, rows, order.reward_file, order.infer_types, order.rows_file)
        complain(f"{order.rows_file}: {kept} of {read} rows, as {', '.join(order.choice.variants)} chooses")
    for step in preparing(order):
        if code := _execute(step, json, done):
            raise typer.Exit(code)


def _execute(step: Step, json: bool, done: list[Step], log: Path | None = None) -> int:
    from wethink_plugins.recipes.execute import run_logged

    if not json:
        say(f"$ {step.line}")
    done.append(step)
    return _verb(step, json) if log is None else run_logged(step, log, quiet=json)


def _verb(step: Step, quiet: bool) -> int:
    """A verb of ours, in this process: its exit code. `quiet` sends what it prints to stderr."""
    from wethink_plugins.cli.main import main

    before = {name: os.environ.get(name) for name in step.variables}
    os.environ.update(step.variables)
    try:
        with redirect_stdout(sys.stderr) if quiet else nullcontext():
            main(step.words[1:])
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
    return 0


def _finish(order: Order, steps: list[Step], json: bool, text: str) -> None:
    if json:
        say_json({"recipe": order.choice.title, "out": str(order.out), "commands": [step.line for step in steps]})
        return
    if text.startswith("not launched"):
        say(f"$ {steps[-1].line}")
    say(text)


def _hint(order: Order) -> None:
    for name, variant in order.choice.variants.items():
        if variant.first is not None:
            complain(f"{name} starts from what {variant.first} made: --model is taken to be that ({order.model})")


def _settings(given: list[str]) -> tuple[str, ...]:
    for one in given:
        if "=" not in one:
            raise typer.BadParameter(f"{one!r} is no KEY=VALUE", param_hint="SETTINGS")
    return tuple(given)


def _model(text: str) -> str:
    """A folder by its whole path, so that it is found from wherever training starts; a name as it is."""
    path = Path(text).expanduser()
    return str(_whole(path)) if path.exists() or path.is_absolute() or text.startswith((".", "~")) else text


def _whole(path: Path) -> Path:
    return Path(os.path.abspath(path.expanduser()))
