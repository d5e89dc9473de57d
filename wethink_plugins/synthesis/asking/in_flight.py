"""Which calls a process has in flight, in a small file that outlives a kill: they alone leave no line in the call store.

The kernel keeps what was written when a process is killed; only a power cut can take it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

FOLDER = "in-flight"
_SIZE = 32  # of a SHA-256
_NOTHING = bytes(_SIZE)


class InFlight:
    """Of one process and one event loop. A file that can't be written is done without: it is for the report alone."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FOLDER / f"{time.time():.6f}-{os.getpid()}"
        self._free: list[int] = []
        self._slots = 0
        self._open: FileIO | None
        try:
            self._file.parent.mkdir(exist_ok=True)
            self._open = open(self._file, "wb", buffering=0)  # noqa: SIM115  held until the process ends
        except OSError:
            self._open = None

    @contextmanager
    def mark(self, digest: str) -> Iterator[None]:
        """While it is asked. `digest` is the call's."""
        if self._free:
            slot = self._free.pop()
        else:
            slot, self._slots = self._slots, self._slots + 1
        self._put(slot, bytes.fromhex(digest))
        try:
            yield
        finally:
            self._put(slot, _NOTHING)
            self._free.append(slot)

    def close(self) -> None:
        """At a clean end. The empty file stays: it says when the process began."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def _put(self, slot: int, content: bytes) -> None:
        if self._open is None:
            return
        try:
            self._open.seek(slot * _SIZE)
            self._open.write(content)
        except OSError:
            self._open = None


@dataclass(frozen=True)
class CutOff:
    """What a process had in flight when it was killed, or has now. `begun` is time.time()."""

    begun: float
    pid: int
    digests: frozenset[str]


def cut_off(folder: Path) -> list[CutOff]:
    """Of all processes of a run, the earliest first; none where one ended by itself."""
    return sorted(filter(None, map(_read, (folder / FOLDER).glob("*-*"))), key=lambda one: one.begun)


def _read(file: Path) -> CutOff | None:
    try:
        begun, _, pid = file.name.partition("-")
        content = file.read_bytes()
        slots = (content[start : start + _SIZE] for start in range(0, len(content), _SIZE))
        digests = frozenset(slot.hex() for slot in slots if len(slot) == _SIZE and slot != _NOTHING)
        return CutOff(float(begun), int(pid), digests)
    except (OSError, ValueError):
        return None
