"""Serve the demo's judge over HTTP, with LLaMA-Factory's own API server, for as long as a block lasts."""

from __future__ import annotations

import contextlib
import os
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from process import failed, running

NAME = "demo-judge"
ADDRESS, CALLS = "WETHINK_DEMO_JUDGE", "WETHINK_DEMO_CALLS"
"""Environment variables that `wethink.yaml` takes the server's address and the call store from."""
PATIENCE_S = 300
"""Until the server answers; it loads torch and transformers, and the machine may be busy."""


@contextlib.contextmanager
def served(model: Path, environment: Path, log: Path, variables: dict[str, str]) -> Iterator[dict[str, str]]:
    """Yield the variables that `wethink.yaml` needs, once the server answers; `environment` is that of LLaMA-Factory.

    Raises CommandFailed when the server ends instead, TimeoutError when it doesn't answer.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = [
        environment / "bin" / "llamafactory-cli", "api", "--model_name_or_path", model, "--template", "chatml",
        "--infer_backend", "huggingface", "--infer_dtype", "float32",
    ]  # fmt: skip
    where = {"API_HOST": "127.0.0.1", "API_PORT": port, "API_MODEL_NAME": NAME, "OMP_NUM_THREADS": "1"}
    address = f"http://127.0.0.1:{port}/v1"
    with running(command, log, {**variables, **where}) as process:
        until = time.monotonic() + PATIENCE_S
        while not answers(f"{address}/models"):
            if process.poll() is not None:
                raise failed(process, log)
            if time.monotonic() > until:
                raise TimeoutError(f"the judge's server gave no answer within {PATIENCE_S} s; its log: {log}")
            time.sleep(0.2)
        yield {ADDRESS: address, CALLS: str(model.parent / "calls.sqlite")}


def answers(url: str) -> bool:
    with contextlib.suppress(urllib.error.URLError, OSError), urllib.request.urlopen(url, timeout=5) as reply:
        return reply.status == 200
    return False


@contextlib.contextmanager
def addressed(variables: dict[str, str]) -> Iterator[None]:
    """The same variables in this very process."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
