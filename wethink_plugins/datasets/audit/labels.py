"""One annotator's file: a line for each mark, on disk before the page shows it."""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path

from wethink_plugins.datasets.audit.sheet import Event, Sheet
from wethink_plugins.datasets.records import read_appended
from wethink_plugins.errors import WeThinkError

_NAME = re.compile(r"[^\W_][\w.-]{0,63}")


def labels_file(folder: Path, annotator: str) -> Path:
    """WeThinkError for a name that makes no file name."""
    if not _NAME.fullmatch(annotator):
        raise WeThinkError(
            f"{annotator!r} can't be part of a file name",
            fix="use letters, digits, - _ . (64 at most)",
            field="--annotator",
        )
    return folder / f"labels-{annotator}.jsonl"


def label_files(folder: Path) -> dict[str, Path]:
    """Annotator -> file, by name."""
    found = sorted(folder.glob("labels-*.jsonl"))
    return {file.name.removeprefix("labels-").removesuffix(".jsonl"): file for file in found}


def read_sheet(file: Path, ids: Sequence[str]) -> Sheet:
    """Without a last line that was cut short: it was never confirmed. WeThinkError names the line of any other fault."""
    sheet = Sheet()
    for line, record in read_appended(file, []):
        try:
            sheet.apply(Event.read(record, ids))
        except WeThinkError as error:
            raise WeThinkError(error.problem, fix=error.fix, file=f"{file}:{line}", field=error.field) from None
    return sheet


class Labels:
    """Opened for one process at a time. Every change is flushed to the disk, or refused with WeThinkError and no trace."""

    def __init__(self, file: Path, ids: Sequence[str]) -> None:
        self.file, self._ids = file, ids
        self._lock = threading.Lock()
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._out = file.open("ab", buffering=0)
        except OSError as error:
            raise _unwritable(file, error) from None
        try:
            _lock_alone(self._out.fileno(), file)
            _mend_end(file)
            self.sheet = read_sheet(file, ids)
        except BaseException:
            self._out.close()
            raise

    def set(self, place: int, name: str, value: str) -> None:
        """A mark or the comment of a row; what is already there is not written again."""
        with self._lock:
            if self.sheet.value(place, name) != value:
                self._add(Event(place, self._ids[place], name, value))

    def undo(self) -> Event | None:
        """Takes back the last change that still stands, also one of an earlier run; None where there is none."""
        with self._lock:
            event = self.sheet.undoing()
            if event:
                self._add(event)
            return event

    def close(self) -> None:
        self._out.close()

    def _add(self, event: Event) -> None:
        record = {"time": datetime.now(timezone.utc).isoformat(timespec="milliseconds"), **asdict(event)}
        if not event.undo:
            del record["undo"]
        end = os.fstat(self._out.fileno()).st_size
        try:
            _write_all(self._out.fileno(), (json.dumps(record) + "\n").encode())
            os.fsync(self._out.fileno())
        except OSError as error:
            with suppress(OSError):
                os.ftruncate(self._out.fileno(), end)
            raise _unwritable(self.file, error) from None
        self.sheet.apply(event)


def _write_all(handle: int, data: bytes) -> None:
    while data:
        data = data[os.write(handle, data) :]


def _mend_end(file: Path) -> None:
    """A last line that a kill cut short goes; a whole one that lacks its end gets it. Else the next would join it."""
    data = file.read_bytes()
    start = data.rfind(b"\n") + 1
    if start == len(data):
        return
    try:
        json.loads(data[start:])
    except ValueError:
        os.truncate(file, start)
    else:
        with file.open("ab") as out:
            out.write(b"\n")


def _lock_alone(handle: int, file: Path) -> None:
    """Two processes on one file would undo each other's marks. Gone with the process; Windows goes without."""
    try:
        import fcntl
    except ImportError:
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise WeThinkError(
            "another audit is writing here", fix="end it, or give yourself a name by --annotator", file=file
        ) from None
    except OSError:
        return  # a file system without locks


def _unwritable(file: Path, error: OSError) -> WeThinkError:
    return WeThinkError(f"can't be written: {error.strerror or error}", fix="check folder, rights and space", file=file)
