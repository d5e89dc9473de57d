"""A set of digests that takes 16 to 32 bytes each: millions of calls must fit beside everything else."""

from __future__ import annotations

import hashlib
from array import array

_LEAST = 1 << 12


class Seen:
    """Open addressing over 64 bits of each digest. Two of a million digests are taken for one with odds of 1 in 10^7."""

    def __init__(self) -> None:
        self._slots, self._number = array("Q", bytes(8 * _LEAST)), 0

    def __len__(self) -> int:
        return self._number

    def add(self, digest: str) -> bool:
        """Whether it is new."""
        new = self._insert(_short(digest))
        if new:
            self._number += 1
            if 2 * self._number > len(self._slots):
                self._grow()
        return new

    def __contains__(self, digest: str) -> bool:
        return self._slots[self._place(_short(digest))] != 0

    def _insert(self, value: int) -> bool:
        place = self._place(value)
        new = self._slots[place] == 0
        self._slots[place] = value
        return new

    def _place(self, value: int) -> int:
        slots, mask = self._slots, len(self._slots) - 1
        place = value & mask
        while slots[place] not in (0, value):
            place = (place + 1) & mask
        return place

    def _grow(self) -> None:
        old, self._slots = self._slots, array("Q", bytes(16 * len(self._slots)))
        for value in old:
            if value:
                self._insert(value)


def _short(digest: str) -> int:
    return int.from_bytes(hashlib.blake2b(digest.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big") or 1
