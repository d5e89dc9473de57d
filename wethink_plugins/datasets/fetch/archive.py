"""Parts read as the one file that they were, which never comes to exist."""

from __future__ import annotations

import io
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from wethink_plugins.datasets.fetch.parts import Part


class Archive:
    """Bytes by their place in the whole, for many threads at a time."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = tuple(parts)
        self._starts = [0, *accumulate(part.size for part in parts)]

    @property
    def size(self) -> int:
        return self._starts[-1]

    def read(self, start: int, end: int) -> bytes:
        """From `start` up to `end`, less where the archive is over; one request a part."""
        pieces, end = [], min(end, self.size)
        while start < end:
            number = bisect_right(self._starts, start) - 1
            base, stop = self._starts[number], min(end, self._starts[number + 1])
            pieces.append(self.parts[number].read(start - base, stop - base))
            start = stop
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def file(self) -> io.RawIOBase:
        """To seek and read, for libraries; one for each thread."""
        return _ArchiveFile(self)


class _ArchiveFile(io.RawIOBase):
    def __init__(self, archive: Archive) -> None:
        self._archive, self._at = archive, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._archive.size}[whence]
        if at < 0:
            raise OSError(22, "before the start of the archive")
        self._at = at
        return at

    def readinto(self, buffer: Any) -> int:
        data = self._archive.read(self._at, self._at + len(buffer))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)
