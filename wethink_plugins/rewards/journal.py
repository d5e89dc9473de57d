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
from pathlib import Path
from typing import Any, TextIO

ENVIRONMENT_VARIABLE = "WETHINK_JOURNAL"
# Lines that may wait to be written. At 1 kB a line some 20 MB; past it lines are counted, not kept.
_MAX_WAITING = 20_000
_FLUSH_EVERY_S = 0.5
_log = logging.getLogger(__name__)


class Journal:
    """Appends to `FOLDER/journal-PID-N.jsonl`, one file a process, a new one when it has grown to `rotate_mb`.

    `write` neither blocks nor raises: a full queue or a full disk costs lines, which are counted in `lost`, not time.
    """

    def __init__(self, folder: str | Path, rotate_mb: float = 256) -> None:
        self.folder = Path(folder).expanduser()
        self.lost = 0
        self._rotate_bytes = int(rotate_mb * 1e6)
        self._start()
        atexit.register(self.close)

    @classmethod
    def from_settings(cls, path: str | None, rotate_mb: float) -> Journal | None:
        """WETHINK_JOURNAL wins over the YAML's path; None when neither names a folder."""
        folder = os.environ.get(ENVIRONMENT_VARIABLE) or path
        return cls(folder, rotate_mb) if folder else None

    def write(self, line: Mapping[str, Any]) -> None:
        if os.getpid() != self._pid:  # a fork has the queue but not the thread
            self._start()
        try:
            self._waiting.put_nowait(line)
        except queue.Full:
            self.lost += 1

    def close(self, timeout_s: float = 5.0) -> None:
        """Waits until what was written so far is on disk, at most `timeout_s`."""
        if os.getpid() != self._pid or not self._thread.is_alive():
            return
        with contextlib.suppress(queue.Full):
            self._waiting.put_nowait(None)
        self._thread.join(timeout_s)

    def _start(self) -> None:
        self._pid = os.getpid()
        self._part = 0
        self._waiting: queue.Queue[Mapping[str, Any] | None] = queue.Queue(_MAX_WAITING)
        self._thread = threading.Thread(target=self._run, args=(self._waiting,), name="wethink-journal", daemon=True)
        self._thread.start()

    def _run(self, waiting: queue.Queue[Mapping[str, Any] | None]) -> None:
        file: TextIO | None = None
        going = True
        while going:
            lines, going = _drain(waiting)
            try:
                file = self._append(file, lines)
            except OSError as error:
                self._lose(lines, error)
                file = None
        if file is not None:
            file.close()

    def _append(self, file: TextIO | None, lines: list[Mapping[str, Any]]) -> TextIO | None:
        if file is not None and file.tell() >= self._rotate_bytes:
            file.close()
            file = None
        if lines:
            file = file or self._open()
            file.write("".join(_encode(line) for line in lines))
            file.flush()
        return file

    def _open(self) -> TextIO:
        self.folder.mkdir(parents=True, exist_ok=True)
        while (path := self.folder / f"journal-{self._pid}-{self._part}.jsonl").exists():
            self._part += 1
        return path.open("w", encoding="utf-8")

    def _lose(self, lines: list[Mapping[str, Any]], error: OSError) -> None:
        if self.lost == 0:
            _log.error("the journal in %s can't be written (%s); training goes on, lines are lost", self.folder, error)
        self.lost += len(lines)


def read_journal(folder: str | Path) -> Iterator[dict[str, Any]]:
    """Every line of every process, in order of time; a last line cut short by a kill is left out."""
    lines: list[dict[str, Any]] = []
    for path in sorted(Path(folder).expanduser().glob("journal-*.jsonl")):
        with path.open(encoding="utf-8") as file:
            for text in file:
                with contextlib.suppress(json.JSONDecodeError):
                    lines.append(json.loads(text))
    yield from sorted(lines, key=lambda line: line.get("time", 0.0))


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


def _encode(line: Mapping[str, Any]) -> str:
    """Lone surrogates, which models do emit, are escaped: plain UTF-8 would refuse them."""
    return json.dumps(line, ensure_ascii=True, default=str) + "\n"
