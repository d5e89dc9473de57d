"""What generates: weights in this process, or a server."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from wethink_plugins.inference.request import Request


@dataclass(frozen=True)
class Output:
    """`text` None: there is no response, and `error` says why. `again`: another run may get one (a server was down).

    `finish_reason` is stop, length (cut off at the limit), error, or what a server said.
    """

    text: str | None
    finish_reason: str
    error: str = ""
    again: bool = False


class Backend(Protocol):
    """`unit` is how many rows are answered together: which ones these are may shape their texts in the last digit, so
    they are always the same, and are done again together when a run was killed between them.

    `model` is the name for the output, `identity` what must be the same for a run to go on.
    """

    unit: int
    model: str
    style: str

    @property
    def identity(self) -> Mapping[str, Any]:
        """JSON's types throughout; written beside the responses, and compared when a run goes on."""
        ...

    def outputs(self, units: Iterable[Sequence[Request]]) -> Iterator[tuple[int, Sequence[Output]]]:
        """(place in `units`, its outputs in order), in any order. Never raises for what is one row's fault."""
        ...

    def close(self) -> None:
        """Frees what it holds; called once, at the end."""
        ...
