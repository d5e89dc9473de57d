"""Rows that wait on disk, so that a file of any length takes the same memory."""

from __future__ import annotations

import os
import pickle
import tempfile
from array import array
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import IO, Any, overload

from wethink_plugins.errors import WeThinkError
from wethink_plugins.rows import Row


class KeptRows(Sequence[Row]):
    """A sequence of rows in a temporary file that has no name: it is gone with the process, however that ends.

    Takes about what the rows' own file takes, in the system's folder for temporary files (TMPDIR names another).
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="wethink-rows-")  # noqa: SIM115  lives as long as the rows do
        self._starts = array("Q", [0])
        self._flushed = True

    def append(self, row: Row) -> None:
        """WeThinkError where the disk is full."""
        data = pickle.dumps(row, protocol=pickle.HIGHEST_PROTOCOL)
        try:
            self._file.write(data)
        except OSError as error:
            raise _no_room(error) from None
        self._starts.append(self._starts[-1] + len(data))
        self._flushed = False

    def __len__(self) -> int:
        return len(self._starts) - 1

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Row, ...]: ...
    def __getitem__(self, place: int | slice) -> Row | tuple[Row, ...]:
        """Read anew each time; a slice is a tuple."""
        places = range(len(self))[place]
        return self._read(places) if isinstance(places, int) else tuple(map(self._read, places))

    def __iter__(self) -> Iterator[Row]:
        return map(self._read, range(len(self)))

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy, or what another process gets, is a plain tuple."""
        return tuple, (tuple(self),)

    def __del__(self) -> None:
        with suppress(OSError, AttributeError):
            self._file.close()

    def _read(self, place: int) -> Row:
        if not self._flushed:
            self._flush()
        start, end = self._starts[place], self._starts[place + 1]
        row: Row = pickle.loads(_bytes_at(self._file, start, end - start))
        return row

    def _flush(self) -> None:
        try:
            self._file.flush()
        except OSError as error:
            raise _no_room(error) from None
        self._flushed = True


def _bytes_at(file: IO[bytes], start: int, size: int) -> bytes:
    """Without moving the file's position where the system can: workers that were forked share it."""
    if hasattr(os, "pread"):
        return os.pread(file.fileno(), size, start)
    file.seek(start)
    return file.read(size)


def _no_room(error: OSError) -> WeThinkError:
    return WeThinkError(
        f"the rows can't be kept meanwhile: {error.strerror or error}",
        fix="make room there, or name a folder with room in TMPDIR",
        file=tempfile.gettempdir(),
    )
