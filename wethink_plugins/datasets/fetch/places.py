"""The images on disk: each is there whole, or not at all."""

from __future__ import annotations

import errno
import os
import shutil
import socket
import threading
import zlib
from contextlib import suppress
from itertools import count
from pathlib import Path

from wethink_plugins.datasets.fetch.paths import UNFINISHED
from wethink_plugins.datasets.fetch.plan import Image
from wethink_plugins.errors import WeThinkError

# The disk takes no file of this name; others it takes.
_NAME_REFUSED = (errno.ENAMETOOLONG, errno.ENOTDIR, errno.EISDIR, errno.EINVAL, errno.EILSEQ, errno.ELOOP)


class Places:
    """The folder of the images; what isn't whole lies in `.unfinished/<name>` below it, on the same disk."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self._unfinished = folder, folder / UNFINISHED / name
        self._numbers, self._made, self._lock = count(), set[Path](), threading.Lock()

    def prepare(self) -> None:
        """Takes away what an earlier run of this name left unfinished."""
        shutil.rmtree(self._unfinished, ignore_errors=True)
        try:
            self._unfinished.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _full(error, self.folder) from None

    def finish(self) -> None:
        shutil.rmtree(self._unfinished, ignore_errors=True)
        with suppress(OSError):
            self._unfinished.parent.rmdir()

    def has(self, image: Image) -> bool:
        """With the size and the checksum that the archive says."""
        file = self.folder / image.target
        try:
            if file.stat().st_size != image.entry.size or not file.is_file():
                return False
            with file.open("rb") as data:
                crc = 0
                while chunk := data.read(1 << 20):
                    crc = zlib.crc32(chunk, crc)
        except (OSError, ValueError):
            return False
        return crc == image.entry.crc

    def put(self, image: Image, content: bytes | memoryview) -> None:
        """ValueError when the disk takes no file of that name, WeThinkError when it takes none at all."""
        with self._lock:
            temporary = self._unfinished / f"{socket.gethostname()}-{os.getpid()}-{next(self._numbers)}"
        target = self.folder / image.target
        try:
            self._make(target.parent)
            temporary.write_bytes(content)
            os.replace(temporary, target)
        except OSError as error:
            if error.errno in _NAME_REFUSED:
                raise ValueError(f"can't have that name on this disk: {error.strerror}") from None
            raise _full(error, target) from None
        finally:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)

    def room_for(self, size: int) -> None:
        """WeThinkError before anything is written when the disk hasn't so many bytes."""
        free = shutil.disk_usage(self.folder).free
        if free < size:
            need, have = f"{size / 1e9:.1f} GB are needed", f"{free / 1e9:.1f} GB are free"
            raise WeThinkError(f"{need}, {have}", fix="make room, or sample with --rows", file=self.folder)

    def case_matters(self) -> bool:
        """Whether the disk keeps names apart that differ in upper and lower case only."""
        probe = self._unfinished / f"case-{os.getpid()}"
        probe.touch()
        try:
            return not probe.with_name(probe.name.upper()).exists()
        finally:
            probe.unlink()

    def _make(self, folder: Path) -> None:
        if folder not in self._made:
            folder.mkdir(parents=True, exist_ok=True)
            self._made.add(folder)


def _full(error: OSError, file: Path) -> WeThinkError:
    full = error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
    problem = "the disk is full" if full else f"can't be written: {error.strerror or error}"
    return WeThinkError(problem, fix="make room and run the same command again: what is there stays", file=file)
