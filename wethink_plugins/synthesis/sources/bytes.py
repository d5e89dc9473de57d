"""Bytes of a file, whatever may lie there under its name."""

from __future__ import annotations

import os
import stat
from typing import BinaryIO

from wethink_plugins.errors import WeThinkError

# Chosen: no picture has more, and each is read into memory.
LARGEST = 512 << 20


def open_file(file: str) -> BinaryIO:
    """FileNotFoundError where nothing is there, OSError for what is no file: to open a pipe would wait for ever."""
    handle = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(22, "is no file")
    return os.fdopen(handle, "rb", buffering=0)


def read_bytes(opened: BinaryIO, size: int, shown: str) -> bytes:
    """`size` bytes from where it stands. WeThinkError where there are none, fewer, or more than any picture has."""
    if size == 0:
        raise WeThinkError("is empty", fix="replace or remove it", file=shown)
    if size > LARGEST:
        raise WeThinkError(f"has {size} bytes, over the limit of {LARGEST}", fix="remove it", file=shown)
    pieces, left = [], size
    while left and (piece := opened.read(left)):
        pieces.append(piece)
        left -= len(piece)
    if left:
        raise WeThinkError(f"ends {left} bytes early", fix="copy or download it again", file=shown)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)
