"""A folder of files that is there whole or not at all: old or new, never a mixture."""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from wethink_plugins.errors import WeThinkError

_AT_FDCWD, _EXCHANGE = -100, 2  # of Linux' renameat2


@contextmanager
def replacing_folder(folder: Path) -> Iterator[Path]:
    """An empty folder beside `folder` to write to; takes its place at the end, is removed when the body raises.

    Where the system can exchange two names (Linux), a kill at any moment leaves the old set or the new one under the
    name. Elsewhere there is a moment between two renames in which neither is there: the next run brings the old one
    back. What killed runs left is cleared away. WeThinkError when the place can't be written.
    """
    temporary = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _clear_away(folder)
        temporary.mkdir()
        yield temporary
        _switch(temporary, folder)
    except OSError as error:
        raise WeThinkError(f"can't be written: {error}", fix="check folder, rights and space", file=folder) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _switch(new: Path, folder: Path) -> None:
    """Afterwards the old set, if there was one, has the name `new`."""
    if not folder.exists():
        new.rename(folder)
    elif not _exchange(new, folder):
        old = _old(folder)
        folder.rename(old)
        new.rename(folder)
        shutil.rmtree(old, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """False where system or file system can't."""
    if not sys.platform.startswith("linux"):
        return False
    rename: Any = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    names = [os.fsencode(path.absolute()) for path in (one, other)]
    return bool(rename) and rename(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _EXCHANGE) == 0


def _old(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.old")


def _clear_away(folder: Path) -> None:
    """Of runs that no longer run; an old set that a kill between two renames left is put back first."""
    old = _old(folder)
    if old.exists() and not folder.exists():
        old.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
    own = re.compile(rf"\.{re.escape(folder.name)}\.(\d+)\.part")
    for path in folder.parent.iterdir():
        found = own.fullmatch(path.name)
        if found and not _is_running(int(found[1])):
            shutil.rmtree(path, ignore_errors=True)


def _is_running(process: int) -> bool:
    if process == os.getpid():
        return False
    with suppress(OSError, OverflowError):
        os.kill(process, 0)
        return True
    return False
