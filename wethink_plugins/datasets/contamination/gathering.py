"""Fingerprints of many pictures: on all cores, kept on disk, those that can't be read counted.

Threads, not processes: Pillow decodes outside Python's lock, and nothing has to be copied.
"""

from __future__ import annotations

import os
import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from wethink_plugins.datasets.contamination.benchmark import Found
from wethink_plugins.datasets.contamination.fingerprint import (
    BYTES,
    SIZE,
    THUMB,
    VERSION,
    VIEWS,
    Fingerprint,
    fingerprint,
)
from wethink_plugins.datasets.contamination.pixels import BadPicture
from wethink_plugins.datasets.image import pillow_silenced
from wethink_plugins.errors import WeThinkError

if TYPE_CHECKING:
    import numpy as np

_WAITING = 32  # pictures that are open or wait, at most: their bytes are in memory
_COMMIT, _TOLD = 2000, 10_000


class Kept:
    """Fingerprints by key, in SQLite. Keys hold size and time of a file, or the digest of a text, so none gets stale."""

    def __init__(self, file: Path) -> None:
        self._file, self._unsaved = file, 0
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(file, timeout=60)
            self._connection.execute("CREATE TABLE IF NOT EXISTS pictures (key TEXT PRIMARY KEY, data BLOB)")
        except (sqlite3.Error, OSError) as error:
            raise self._unusable(error) from None

    def get(self, key: str) -> Fingerprint | None:
        try:
            found = self._connection.execute("SELECT data FROM pictures WHERE key = ?", (_versioned(key),)).fetchone()
        except sqlite3.Error as error:
            raise self._unusable(error) from None
        return Fingerprint.from_bytes(found[0]) if found and len(found[0]) == BYTES else None

    def put(self, key: str, value: Fingerprint) -> None:
        try:
            self._connection.execute(
                "INSERT OR REPLACE INTO pictures VALUES (?, ?)", (_versioned(key), value.to_bytes())
            )
            self._unsaved += 1
            if self._unsaved >= _COMMIT:
                self._connection.commit()
                self._unsaved = 0
        except sqlite3.Error as error:
            raise self._unusable(error) from None

    def close(self) -> None:
        self._connection.commit()
        self._connection.close()

    def _unusable(self, error: Exception) -> WeThinkError:
        return WeThinkError(
            f"fingerprints can't be kept here: {error}",
            fix="remove the file, or name another by --cache",
            file=self._file,
        )


@dataclass
class Gathered:
    """Fingerprints in order of their numbers. `bad`: number to reason; those have zeros and match nothing."""

    views: np.ndarray
    thumbs: np.ndarray
    bad: dict[int, str] = field(default_factory=dict)
    computed: int = 0


def gathered(pictures: Iterable[Found], kept: Kept, say: Callable[[str], None] = lambda line: None) -> Gathered:
    """Takes the pictures one by one, numbered from 0 in the order they come; a few are in memory at a time."""
    import numpy as np

    views, thumbs, result = bytearray(), bytearray(), Gathered(np.zeros(0), np.zeros(0))
    with pillow_silenced():
        for number, value in _fingerprints(pictures, kept, result):
            if isinstance(value, str):
                result.bad[number] = value
            if number and number % _TOLD == 0:
                say(f"{number:,} pictures, {result.computed:,} of them new, {len(result.bad):,} unreadable")
            views += value.views.tobytes() if isinstance(value, Fingerprint) else bytes(VIEWS * SIZE)
            thumbs += value.thumb.tobytes() if isinstance(value, Fingerprint) else bytes(THUMB * THUMB)
    result.views = np.frombuffer(views, dtype=np.int8).reshape(-1, VIEWS, SIZE)
    result.thumbs = np.frombuffer(thumbs, dtype=np.uint8).reshape(-1, THUMB, THUMB)
    return result


def _fingerprints(pictures: Iterable[Found], kept: Kept, result: Gathered) -> Iterator[tuple[int, Fingerprint | str]]:
    waiting: deque[tuple[int, str, Fingerprint | Future[Fingerprint]]] = deque()
    with ThreadPoolExecutor(_cores(), thread_name_prefix="wethink-pictures") as pool:
        for number, key, source in pictures:
            known = kept.get(key)
            waiting.append((number, key, known or pool.submit(fingerprint, source)))
            if len(waiting) >= _WAITING:
                yield _settled(*waiting.popleft(), kept, result)
        while waiting:
            yield _settled(*waiting.popleft(), kept, result)


def _settled(
    number: int, key: str, value: Fingerprint | Future[Fingerprint], kept: Kept, result: Gathered
) -> tuple[int, Fingerprint | str]:
    if isinstance(value, Fingerprint):
        return number, value
    try:
        found = value.result()
    except BadPicture as reason:
        return number, str(reason)
    result.computed += 1
    kept.put(key, found)
    return number, found


def _versioned(key: str) -> str:
    """File names need not be Unicode; what SQLite keeps does."""
    return f"{VERSION}|{key}".encode("utf-8", "backslashreplace").decode("utf-8")


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
