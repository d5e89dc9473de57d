"""Answers a file of questions, goes on where it was stopped, and leaves one file that is whole."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from wethink_plugins.inference.backend import Backend, Output
from wethink_plugins.inference.partial import Partial
from wethink_plugins.inference.parts import parts
from wethink_plugins.inference.request import Request, digest
from wethink_plugins.inference.settings import Settings

# Chosen: so many rows in a row without a reply, and the server is taken for down.
_GIVE_UP = 100
_FORMAT = 1


class Observer(Protocol):
    def begun(self, count: int, done: int) -> None: ...

    def answered(self, line: dict[str, Any]) -> None: ...


@dataclass(frozen=True)
class Outcome:
    """`missing` rows got no reply and may get one in another run: then there is no output yet, `cause` says why.

    Of the `count` rows `resumed` were there from an earlier run, `failed` have an error instead of a response, `cut` were cut off at the limit, and `unanswered`
    hold no answer that could be read.
    """

    count: int
    resumed: int
    missing: int = 0
    cause: str = ""
    failed: int = 0
    cut: int = 0
    unanswered: int = 0


def generate(
    requests: Sequence[Request],
    backend: Backend,
    settings: Settings,
    out: Path,
    observer: Observer | None = None,
    restart: bool = False,
    overwrite: bool = False,
) -> Outcome:
    """The output is a pure function of rows, model and settings, however often the run was killed.

    WeThinkError, with nothing asked: `out` is there, another process writes it, or what is there was begun otherwise.
    """
    settings = replace(settings, style=backend.style)
    run = {"wethink_generate": _FORMAT, "rows": digest(requests), "settings": settings.shown()}
    run |= {"model": backend.model, **backend.identity}
    with closing(Partial.begin(out, run, restart, overwrite)) as partial:
        resumed = len(partial.done)
        if observer:
            observer.begun(len(requests), resumed)
        missing, cause = _ask(requests, backend, settings, partial, observer)
        if missing:
            return Outcome(len(requests), resumed, missing, cause)
        outcome = _outcome(map(json.loads, partial.lines()), len(requests), resumed)
        partial.finish()
    return outcome


def _ask(
    requests: Sequence[Request], backend: Backend, settings: Settings, partial: Partial, observer: Observer | None
) -> tuple[int, str]:
    """How many rows are still without a line, and why the first of them is."""
    todo = [places for places in _units(len(requests), backend.unit) if any(p not in partial.done for p in places)]
    cause, failures = "", 0
    for number, outputs in backend.outputs([[requests[place] for place in places] for places in todo]):
        made: dict[int, dict[str, Any]] = {}
        for place, output in zip(todo[number], outputs, strict=True):
            if output.again:
                cause, failures = cause or output.error, failures + 1
                continue
            failures = 0
            made[place] = output_line(requests[place], output, backend, settings)
        partial.add({place: _text(line) for place, line in made.items()})
        for line in made.values() if observer else ():
            observer.answered(line)  # type: ignore[union-attr]
        if failures >= _GIVE_UP:
            break
    return len(requests) - len(partial.done), cause


def _units(count: int, size: int) -> Iterator[range]:
    return (range(start, min(start + size, count)) for start in range(0, count, size))


def output_line(request: Request, output: Output, backend: Backend, settings: Settings) -> dict[str, Any]:
    """The same keys in every line; nothing that differs from run to run."""
    found = parts(output.text, settings.style) if output.text is not None else None
    return {
        "id": request.id,
        "response": output.text,
        "think": found.think if found else None,
        "answer": found.answer if found else None,
        "fault": found.fault if found else output.error,
        "format_fault": found.format_fault if found else None,
        "finish_reason": output.finish_reason,
        **request.kept,
        "model": backend.model,
        "settings": settings.shown(),
    }


def _outcome(lines: Iterable[dict[str, Any]], count: int, resumed: int) -> Outcome:
    failed = cut = unanswered = 0
    for line in lines:
        failed += line["response"] is None
        cut += line["finish_reason"] == "length"
        unanswered += line["response"] is not None and line["answer"] is None
    return Outcome(count, resumed, failed=failed, cut=cut, unanswered=unanswered)


def _text(line: dict[str, Any]) -> str:
    """Half surrogate pairs, which rows may hold, stay escaped: JSON reads them back as they were."""
    return json.dumps(line, ensure_ascii=False).encode("utf-8", "backslashreplace").decode("utf-8")
