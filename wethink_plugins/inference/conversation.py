"""Questions from the keyboard, one at a time; each stands alone, as in training."""

from __future__ import annotations

import json as json_module
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from wethink_plugins.inference.backend import Backend, Output
from wethink_plugins.inference.parts import parts
from wethink_plugins.inference.request import Request
from wethink_plugins.inference.run import output_line
from wethink_plugins.inference.settings import Settings

_HELP = "A question is a line. /image FILE ... shows other images (none: no image); /quit or Ctrl-D ends."


def converse(
    backend: Backend, settings: Settings, images: Sequence[Path], question: str | None = None, json: bool = False
) -> bool:
    """Asks `question` alone, or all that is typed until the end of input. False when one got no response."""
    settings, good = replace(settings, style=backend.style), True
    shown = tuple(images)
    for number, line in enumerate([question] if question is not None else _typed(json), start=1):
        command, _, rest = line.strip().partition(" ")
        if command == "/quit":
            break
        if command == "/image":
            shown = tuple(Path(word) for word in rest.split())
        if command in ("/image", ""):
            continue
        request = Request(str(number), line.strip(), tuple(str(path.expanduser()) for path in shown))
        ((_, (output,)),) = backend.outputs([[request]])
        good = good and output.text is not None
        _say(request, output, backend, settings, json)
    return good


def _typed(json: bool) -> Iterator[str]:
    from rich.console import Console

    console = Console(stderr=True)
    asks = sys.stdin.isatty()
    if asks and not json:
        console.print(_HELP)
    while True:
        try:
            yield console.input("[bold]question>[/bold] ") if asks else input()
        except (EOFError, KeyboardInterrupt):
            return


def _say(request: Request, output: Output, backend: Backend, settings: Settings, json: bool) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(soft_wrap=True)
    if json:
        console.out(json_module.dumps(output_line(request, output, backend, settings)), highlight=False)
    elif output.text is None:
        Console(stderr=True, soft_wrap=True).print(Text(output.error))
    else:
        found = parts(output.text, settings.style)
        if found.think:
            console.print(Text(found.think, style="dim"))
        console.print(Text(found.answer if found.answer is not None else output.text, style="bold"))
        if found.fault or output.finish_reason == "length":
            cut = "cut off at --max-new-tokens" if output.finish_reason == "length" else ""
            Console(stderr=True, soft_wrap=True).print(Text(", ".join(filter(None, (found.fault, cut)))))
