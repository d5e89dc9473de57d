"""`wethink generate`: answers of a model, asked as it was trained."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wethink_plugins.cli.options import (
    ImagesOption,
    JsonFlag,
    OptionalFloat,
    OptionalInt,
    OptionalPath,
    OptionalPaths,
    OptionalText,
    PromptOption,
    QuietFlag,
)
from wethink_plugins.cli.output import complain, say, say_json
from wethink_plugins.counted import counted
from wethink_plugins.errors import ConfigError

if TYPE_CHECKING:
    from wethink_plugins.inference.backend import Backend
    from wethink_plugins.inference.run import Observer, Outcome
    from wethink_plugins.inference.settings import Settings

_BATCH = {"transformers": 8, "vllm": 256}


def generate(
    file: Annotated[
        OptionalPath, typer.Argument(help="Rows (.jsonl, .json, .parquet); without it, questions are typed in.")
    ] = None,
    model: Annotated[
        OptionalText, typer.Option("--model", help="Folder of the model; with --server, its name there.")
    ] = None,
    out: Annotated[OptionalPath, typer.Option("--out", help="The responses, one JSON line a row.")] = None,
    backend: Annotated[
        str, typer.Option("--backend", help="transformers or vllm; --server is the third.")
    ] = "transformers",
    server: Annotated[
        OptionalText, typer.Option("--server", help="An OpenAI-compatible server: http://HOST:PORT/v1.")
    ] = None,
    api_key_env: Annotated[
        OptionalText, typer.Option("--api-key-env", help="NAME of the variable with its key.")
    ] = None,
    parallel: Annotated[int, typer.Option("--parallel", min=1, help="With --server: calls under way at once.")] = 32,
    deadline_s: Annotated[
        float, typer.Option("--deadline", min=0.1, help="With --server: seconds for one row, retries included.")
    ] = 600.0,
    images: ImagesOption = None,
    prompt: PromptOption = "wethink",
    style: Annotated[
        str,
        typer.Option(
            "--style", help="wethink, boxed or think_open (found by itself where the template opens <think>)."
        ),
    ] = "wethink",
    max_new_tokens: Annotated[
        int, typer.Option("--max-new-tokens", min=1, help="The authors' inference.py has 1000.")
    ] = 1000,
    temperature: Annotated[
        float, typer.Option("--temperature", min=0.0, help="0: greedy, as the authors' inference.py.")
    ] = 0.0,
    top_p: Annotated[OptionalFloat, typer.Option("--top-p", min=0.0, max=1.0)] = None,
    top_k: Annotated[OptionalInt, typer.Option("--top-k", min=0)] = None,
    seed: Annotated[int, typer.Option("--seed", help="For a temperature above 0.")] = 0,
    min_pixels: Annotated[OptionalInt, typer.Option("--min-pixels", min=1, help="Default: the model's own.")] = None,
    max_pixels: Annotated[OptionalInt, typer.Option("--max-pixels", min=1, help="Default: the model's own.")] = None,
    batch_size: Annotated[
        OptionalInt,
        typer.Option("--batch-size", min=1, help="Rows generated together: 8 in transformers, 256 handed to vLLM."),
    ] = None,
    dtype: Annotated[str, typer.Option("--dtype", help="auto: bfloat16 on a GPU, else float32.")] = "auto",
    device: Annotated[str, typer.Option("--device", help="auto, cpu, cuda, cuda:1, ...")] = "auto",
    limit: Annotated[OptionalInt, typer.Option("--limit", min=1, help="The first rows only.")] = None,
    question: Annotated[OptionalText, typer.Option("--question", help="Ask this once, without FILE.")] = None,
    image: Annotated[
        OptionalPaths, typer.Option("--image", help="Without FILE: shown with the question; several times for several.")
    ] = None,
    restart: Annotated[bool, typer.Option("--restart", help="Throw away what an earlier run left half done.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace --out.")] = False,
    quiet: QuietFlag = False,
    json: JsonFlag = False,
) -> None:
    """Ask a model each row's question with its images, the system prompt always first, and take think and answer apart.

    Killed or interrupted, the same command goes on, and the file is the same as without. Exit code 1: rows without a
    response, because an image is broken, a server refused or gave no reply (then --out is not there yet).
    """
    from wethink_plugins.inference.request import read_requests
    from wethink_plugins.inference.settings import Settings
    from wethink_plugins.prompts import system_prompt

    _require(model, file, out, backend, style, image, question)
    settings = Settings(
        system_prompt(prompt), style, max_new_tokens, temperature, top_p, top_k, seed, min_pixels, max_pixels
    )
    requests = read_requests(file, images, limit) if file is not None else []

    def made() -> Backend:
        if server is not None:
            return _server(server, str(model), api_key_env, parallel, deadline_s, settings)
        return _local(backend, str(model), batch_size, dtype, device, settings)

    if file is None or out is None:
        return _ask_by_hand(made, settings, image or [], question, json)
    from wethink_plugins.datasets.write import refuse_overwriting
    from wethink_plugins.inference.partial import require_free
    from wethink_plugins.inference.run import generate as generate_all

    refuse_overwriting(file, out)
    require_free(out, overwrite)
    with closing(made()) as asked, _progress(quiet or json) as observer:
        try:
            outcome = generate_all(requests, asked, settings, out, observer, restart, overwrite)
        except KeyboardInterrupt:
            complain(f"stopped; what is answered lies in {out}.partial, and the same command goes on from there")
            raise typer.Exit(1) from None
    _tell(outcome, out, json)


def _require(
    model: str | None, file: Path | None, out: Path | None, backend: str, style: str, image: Any, question: Any
) -> None:
    from wethink_plugins.vocabulary import STYLES

    if not model:
        raise ConfigError("no model is named", fix="--model FOLDER, or --server URL --model NAME")
    if file is not None and out is None:
        raise ConfigError("no output is named", fix="--out responses.jsonl")
    if file is not None and (image or question):
        raise ConfigError("--image and --question are for a run without FILE", fix="leave FILE or them out")
    if backend not in _BATCH:
        raise ConfigError(f"no back end {backend!r}", fix=f"use {', '.join(_BATCH)} or --server URL")
    if style not in STYLES:
        raise ConfigError(f"no style {style!r}", fix=f"use {', '.join(STYLES)}")


def _server(
    base_url: str, model: str, key: str | None, parallel: int, deadline_s: float, settings: Settings
) -> Backend:
    from pydantic import ValidationError

    from wethink_plugins import config
    from wethink_plugins.inference.backends.server import ServerBackend

    try:
        endpoint = config.Endpoint(base_url=base_url, model=model, api_key_env=key, max_concurrency=parallel)
    except ValidationError as error:
        raise ConfigError(f"--api-key-env {error.errors()[0]['msg']}", fix="give the NAME of a variable") from None
    try:
        return ServerBackend(endpoint, settings, deadline_s)
    except ConfigError as error:  # in the words of the YAML, which isn't asked for here
        option = "--api-key-env" if "api_key" in str(error.field) else "--server"
        raise ConfigError(error.problem, fix=error.fix, field=option) from None


def _local(kind: str, model: str, batch_size: int | None, dtype: str, device: str, settings: Settings) -> Backend:
    size = batch_size or _BATCH[kind]
    if kind == "vllm":
        from wethink_plugins.inference.backends.vllm import VllmBackend

        return VllmBackend(model, settings, size, dtype=dtype)
    from wethink_plugins.inference.backends.transformers import TransformersBackend

    return TransformersBackend(model, settings, size, dtype, device)


def _ask_by_hand(made: Any, settings: Settings, images: list[Path], question: str | None, json: bool) -> None:
    from wethink_plugins.inference.conversation import converse

    with closing(made()) as backend:
        if not converse(backend, settings, images, question, json):
            raise typer.Exit(1)


@contextmanager
def _progress(quiet: bool) -> Iterator[Observer | None]:
    import sys

    if quiet or not sys.stderr.isatty():
        yield None
        return
    from wethink_plugins.inference.progress import shown_progress

    with shown_progress() as observer:
        yield observer


def _tell(outcome: Outcome, out: Path, json: bool) -> None:
    if outcome.missing:
        complain(
            f"{outcome.missing} of {outcome.count} rows got no reply ({outcome.cause}); run the same command again to ask "
            f"these; the others are in {out}.partial"
        )
        raise typer.Exit(1)
    if json:
        say_json({"out": str(out), **vars(outcome)})
    else:
        say(
            f"wrote {out}: {counted(outcome.count, 'row')}"
            + (f", {outcome.resumed} of them before" * bool(outcome.resumed))
        )
    notes = {"failed": "without a response: see `fault`", "cut": "cut off: raise --max-new-tokens", "unanswered": "without an answer that can be read"}  # fmt: skip
    for name, note in notes.items():
        if count := getattr(outcome, name):
            complain(f"{count} of {outcome.count} rows {note}")
    if outcome.failed:
        raise typer.Exit(1)
