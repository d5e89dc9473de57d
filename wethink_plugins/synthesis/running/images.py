"""The images of a run as a sequence that reads them from the ledger as they are needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import overload

from wethink_plugins.synthesis.ledger import Ledger
from wethink_plugins.synthesis.records import ImageRef

# Chosen: a block is read in some 20 ms, in which no reply is taken; the blocks kept hold the rounds at work (12 MB).
_BLOCK, _BLOCKS = 256, 32


class LedgerImages(Sequence[ImageRef]):
    """A record takes 1.5 kB in memory, so a million of them would take 1.5 GB. Any thread may ask.

    `ledger` opens one to read from. Errors of SQLite are raised as they are.
    """

    def __init__(self, ledger: Callable[[], Ledger], count: int) -> None:
        self._count = count
        # Of no method: in a circle with its own cache it would keep the run, and the run's lock, after its last user.
        self._block = lru_cache(maxsize=_BLOCKS)(partial(_read, ledger))

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, place: int) -> ImageRef: ...
    @overload
    def __getitem__(self, place: slice) -> list[ImageRef]: ...
    def __getitem__(self, place: int | slice) -> ImageRef | list[ImageRef]:
        places = range(self._count)[place]
        return self._at(places) if isinstance(places, int) else [self._at(one) for one in places]

    def _at(self, place: int) -> ImageRef:
        block, rest = divmod(place, _BLOCK)
        return self._block(block)[rest]


def _read(opened: Callable[[], Ledger], block: int) -> list[ImageRef]:
    """With a connection of its own: those of SQLite stay with the thread that made them."""
    ledger = opened()
    try:
        return ledger.images(block * _BLOCK, (block + 1) * _BLOCK)
    finally:
        ledger.close()
