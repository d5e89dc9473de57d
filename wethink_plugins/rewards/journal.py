"""One JSON line for each scored sample, written beside the training and never in its way.

Hosts log batch means or nothing of what a reward saw; the journal is where it can be read afterwards.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import logging
import os
import queue
import threading
import time
from collections.abc import Iterator, Mapping
from io import RawIOBase
from pathlib import Path
from typing import Any

ENVIRONMENT_VARIABLE = "WETHINK_JOURNAL"
# Lines that may wait to be written. At 1 kB a line some 20 MB; past it lines are counted, not kept.
_MAX_WAITING = 20_000
_FLUSH_EVERY_S = 0.5
_log = logging.getLogger(__name__)


class Journal:
    """Appends to `FOLDER/journal-PID-N.jsonl`, one file a process, a new one when it has grown to `rotate_mb`.

    `rotate_mb` is in megabytes (10^6 bytes). `write` neither blocks nor raises: a full queue or a full disk costs lines, which are counted in `lost`, not time.
    """

    def __init__(self, folder: str | Path, rotate_mb: float = 256) -> None:
        self.folder = Path(folder).expanduser()
        self.lost = 0
        self._rotate_bytes = int(rotate_mb * 1e6)
        self._told: set[type] = set()
        self._starting = threading.Lock()
        self._pid: int | None = None
        self._start()

    @classmethod
    def from_settings(cls, path: str | None, rotate_mb: float) -> Journal | None:
        """WETHINK_JOURNAL wins over the YAML's path; None when neither names a folder."""
        folder = os.environ.get(ENVIRONMENT_VARIABLE) or path
        return cls(folder, rotate_mb) if folder else None

    def write(self, line: Mapping[str, Any]) -> None:
        """Queues one line, which is JSON's types throughout; on disk half a second later, or at `close`."""
        try:
            if not self._runs():
                with self._starting:
                    if not self._runs():
                        self._start()
            self._waiting.put_nowait(line)
        except (queue.Full, RuntimeError) as error:  # RuntimeError: no thread can be started
            self._lose(1, error)

    def close(self, timeout_s: float = 5.0) -> None:
        """Waits until what was written so far is on disk, at most `timeout_s`. A later `write` starts it again."""
        if os.getpid() != self._pid:
            return
        with self._starting:
            if not self._thread.is_alive():
                if self._waiting.empty():
                    return
                self._start()
            with contextlib.suppress(queue.Full):
                self._waiting.put_nowait(None)
            self._thread.join(timeout_s)
            atexit.unregister(self.close)

    def _runs(self) -> bool:
        return self._pid == os.getpid() and self._thread.is_alive()

    def _start(self) -> None:
        if self._pid != os.getpid():  # a fork has its parent's queue, but not the thread that empties it
            self._pid = os.getpid()
            self._waiting: queue.Queue[Mapping[str, Any] | None] = queue.Queue(_MAX_WAITING)
            self._files = _Files(self.folder, self._pid, self._rotate_bytes)
        self._thread = threading.Thread(
            target=self._run, args=(self._waiting, self._files), name="wethink-journal", daemon=True
        )
        self._thread.start()
        atexit.register(self.close)

    def _run(self, waiting: queue.Queue[Mapping[str, Any] | None], files: _Files) -> None:
        going = True
        while going:
            lines, going = _drain(waiting)
            encoded = [text for text in map(self._encoded, lines) if text]
            try:
                files.append(encoded)
            except OSError as error:
                self._lose(len(encoded), error)

    def _encoded(self, line: Mapping[str, Any]) -> bytes:
        try:
            return _encode(line)
        except Exception as error:  # noqa: BLE001  the __str__ of whatever a caller put in may raise anything
            self._lose(1, error)
            return b""

    def _lose(self, count: int, error: Exception) -> None:
        """Counts, and says so once for each kind of cause."""
        self.lost += count
        if type(error) not in self._told:
            self._told.add(type(error))
            _log.error(
                "the journal in %s can't keep a line (%s: %s); training goes on, lines are lost",
                self.folder,
                type(error).__name__,
                str(error) or f"{_MAX_WAITING} lines wait already",
            )


class _Files:
    """The files of one process. Opened for each append, so that nothing is buffered when the process is killed."""

    def __init__(self, folder: Path, pid: int, rotate_bytes: int) -> None:
        self._folder, self._pid, self._rotate_bytes = folder, pid, rotate_bytes
        self._path: Path | None = None
        self._part = 0

    def append(self, lines: list[bytes]) -> None:
        """All of them, or none and OSError: what a full disk cut short is taken back."""
        if not lines:
            return
        with self._current().open("ab", buffering=0) as file:
            end = file.tell()
            try:
                _write_all(file, b"".join(lines))
            except OSError:
                file.truncate(end)
                raise

    def _current(self) -> Path:
        if self._path is None or not self._path.exists() or self._path.stat().st_size >= self._rotate_bytes:
            self._path = self._next()
        return self._path

    def _next(self) -> Path:
        """A new file that no other process has, not even one with the same id on another machine."""
        self._folder.mkdir(parents=True, exist_ok=True)
        while True:
            path = self._folder / f"journal-{self._pid}-{self._part}.jsonl"
            try:
                path.touch(exist_ok=False)
            except FileExistsError:
                self._part += 1
            else:
                return path


def _write_all(file: RawIOBase, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[file.write(left) or 0 :]


def read_journal(folder: str | Path) -> Iterator[dict[str, Any]]:
    """Every line of every process, in order of time. `folder` is the journal's, or a run's with a `journal/` in it.

    A last line cut short by a kill is left out, and a warning says where. WeThinkError names any other broken line.
    """
    lines: list[dict[str, Any]] = []
    for path in _files_of(Path(folder).expanduser()):
        lines += (line for _, line in whole_lines(path))
    yield from sorted(lines, key=lambda line: line.get("time", 0.0))


def _files_of(folder: Path) -> list[Path]:
    return sorted(folder.glob("journal-*.jsonl")) or sorted((folder / "journal").glob("journal-*.jsonl"))


def whole_lines(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The lines of one file with their numbers, from 1; see `read_journal` for broken ones."""
    from wethink_plugins.datasets.records import read_appended

    cut_short: list[str] = []
    yield from read_appended(file, cut_short)
    for place in cut_short:
        _log.warning("%s: 1 line skipped, the last one, which was cut short", place)


def _drain(waiting: queue.Queue[Mapping[str, Any] | None]) -> tuple[list[Mapping[str, Any]], bool]:
    """What came within the flush time, and whether more may come (None in the queue ends it)."""
    lines: list[Mapping[str, Any]] = []
    until = time.monotonic() + _FLUSH_EVERY_S
    while (left := until - time.monotonic()) > 0:
        try:
            line = waiting.get(timeout=left)
        except queue.Empty:
            break
        if line is None:
            return lines, False
        lines.append(line)
    return lines, True


def _encode(line: Mapping[str, Any]) -> bytes:
    """Lone surrogates, which models do emit, are escaped: plain UTF-8 would refuse them."""
    return (json.dumps(line, ensure_ascii=True, default=str) + "\n").encode("ascii")
