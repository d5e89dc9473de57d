"""Which pictures a run takes, and in which order."""

from __future__ import annotations

import hashlib
import logging
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, groupby
from typing import overload

from wethink_plugins.synthesis.records import ImageRef
from wethink_plugins.synthesis.sources.listing import Listing

_BITS = 40
_NUMBER = (1 << _BITS) - 1
_log = logging.getLogger(__name__)


class Drawn(Sequence[ImageRef]):
    """All sources' pictures by a hash of seed and path, so that neither a file system nor what else is there moves one.

    Of each source the first ones up to its quota are taken. The same path again (a tar may hold a name twice) is told
    apart by `~2`, `~3`, in the order of the listing. Numbers count the pictures of all listings.
    """

    def __init__(self, listings: Sequence[Listing], seed: int) -> None:
        self._listings = listings
        self._starts = [0, *accumulate(len(listing.found.names) for listing in listings)]
        keys: list[int] = []
        for listing, start in zip(listings, self._starts, strict=False):
            keys += _taken(listing, start, seed)
        keys.sort()
        self._numbers = array("Q", (key & _NUMBER for key in keys))
        self._again = self._repeats(keys)

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, place: int) -> ImageRef: ...
    @overload
    def __getitem__(self, place: slice) -> list[ImageRef]: ...
    def __getitem__(self, place: int | slice) -> ImageRef | list[ImageRef]:
        if isinstance(place, slice):
            return [self._record(number) for number in self._numbers[place]]
        return self._record(self._numbers[place])

    def __iter__(self) -> Iterator[ImageRef]:
        return map(self._record, self._numbers)

    def _find(self, number: int) -> tuple[Listing, int]:
        which = bisect_right(self._starts, number) - 1
        return self._listings[which], number - self._starts[which]

    def _path(self, number: int) -> str:
        listing, own = self._find(number)
        return listing.prefix + listing.found.names[own]

    def _record(self, number: int) -> ImageRef:
        listing, own = self._find(number)
        path, again = listing.prefix + listing.found.names[own], self._again.get(number)
        if again:
            stem, dot, suffix = path.rpartition(".")
            path = f"{stem}~{again}{dot}{suffix}"
        return ImageRef(
            id=path, source=listing.source, path=path, place=listing.found.place(own), licence=listing.licence
        )

    def _repeats(self, keys: list[int]) -> dict[int, int]:
        """Number -> how often its path stood before, plus one. The same path has the same hash, so they are neighbours."""
        again: dict[int, int] = {}
        for _, same in groupby(keys, key=lambda key: key >> _BITS):
            numbers = [key & _NUMBER for key in same]
            if len(numbers) > 1:
                seen: dict[str, int] = {}
                for number in numbers:
                    path = self._path(number)
                    count = seen[path] = seen.get(path, 0) + 1
                    if count > 1:
                        again[number] = count
        return again


def _taken(listing: Listing, start: int, seed: int) -> Iterable[int]:
    """Hash and number of each, in one integer."""
    salt, there = f"{seed}\0{listing.prefix}", len(listing.found.names)
    keys = [_hash(salt, name) << _BITS | number for number, name in enumerate(listing.found.names, start)]
    if listing.quota is None:
        return keys
    if listing.quota > there:
        _log.warning("%s: %d pictures are there, the quota is %d", listing.source, there, listing.quota)
    return sorted(keys)[: listing.quota]


def _hash(salt: str, name: str) -> int:
    return int.from_bytes(hashlib.blake2b(f"{salt}{name}".encode(), digest_size=8).digest(), "big")
