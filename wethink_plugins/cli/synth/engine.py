"""Which engine works on a run: that of one process, or a Ray cluster."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from wethink_plugins.cli.options import OptionalInt
from wethink_plugins.errors import WeThinkError

if TYPE_CHECKING:
    from wethink_plugins.synthesis.ledger import Ledger
    from wethink_plugins.synthesis.run import RunFolder
    from wethink_plugins.synthesis.running.engine import Engine, Progress

_ENGINES = ("asyncio", "ray")

EngineFlag = Annotated[
    str, typer.Option("--engine", help="asyncio: this process. ray: the cluster of RAY_ADDRESS, or this machine.")
]
WorkersFlag = Annotated[
    OptionalInt, typer.Option("--workers", help="With --engine ray: processes that run stages; default: one a core.")
]


def check_engine(name: str) -> None:
    """Before a run's folder is made. WeThinkError for another name, and where ray is missing."""
    if name not in _ENGINES:
        raise WeThinkError(f"no engine is named {name!r}", fix=f"give {' or '.join(_ENGINES)}", field="--engine")
    if name == "ray":
        from wethink_plugins.synthesis.cluster.connection import require_ray

        require_ray()


def engine_of(
    name: str, workers: int | None, run: RunFolder, ledger: Ledger, observe: Callable[[Progress], None]
) -> Engine:
    if name == "ray":
        from wethink_plugins.synthesis.cluster.driver import RayEngine

        return RayEngine(run, ledger, observe, workers)
    from wethink_plugins.synthesis.running.engine import Engine

    return Engine(run, ledger, observe)
