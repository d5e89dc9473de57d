"""Pictures below a folder."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from wethink_plugins.errors import WeThinkError
from wethink_plugins.synthesis.config import ImageSource
from wethink_plugins.synthesis.sources.bytes import open_file, read_bytes
from wethink_plugins.synthesis.sources.gone import SourceGone
from wethink_plugins.synthesis.sources.names import is_picture, path_of


class Folder:
    """`names` are sorted; those that had to be changed are known by their number."""

    wanted = "files with a suffix of a picture, at any depth"

    def __init__(self, root: str, files: list[str]) -> None:
        self._root = root
        self.names = [path_of(file) for file in files]
        pairs = enumerate(zip(self.names, files, strict=True))
        self._originals = {number: file for number, (name, file) in pairs if name != file}

    def place(self, number: int) -> dict[str, Any]:
        file = self._originals.get(number) or self.names[number]
        if file.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in file):
            return {"kind": "folder", "folder": self._root, "file": file}
        return {"kind": "folder", "folder": self._root, "file_hex": os.fsencode(file).hex()}  # no UTF-8: no JSON


def find(source: ImageSource, _: int) -> Folder:
    """WeThinkError for a folder that isn't there, or one below it that can't be entered."""
    root = str(source.folder)
    if not os.path.isdir(root):
        raise WeThinkError("no such folder", fix="check the path", file=root)
    return Folder(os.path.abspath(root), sorted(_walk(root)))


def _walk(root: str) -> Iterator[str]:
    """Each folder once: links to folders are followed after all real ones, so loops end and a file has its own name."""
    seen: set[tuple[int, int]] = set()
    real, linked = [""], deque[str]()
    while real or linked:
        below = real.pop() if real else linked.popleft()
        try:
            facts = os.stat(os.path.join(root, below))
            if (facts.st_dev, facts.st_ino) in seen:
                continue
            seen.add((facts.st_dev, facts.st_ino))
            entries = sorted(os.scandir(os.path.join(root, below)), key=lambda entry: entry.name)
        except OSError as error:
            shown = os.path.join(root, below)
            raise WeThinkError(f"can't be listed: {error.strerror}", fix="check rights and disk", file=shown) from None
        for entry in entries:
            name = f"{below}/{entry.name}" if below else entry.name
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                real.append(name)
            elif is_picture(entry.name):
                if not _is_folder(entry):
                    yield name
                    continue
                linked.append(name)
            elif entry.is_symlink() and _is_folder(entry):
                linked.append(name)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself
        return False


def file_of(place: dict[str, Any]) -> str:
    """The file, absolute."""
    name = place["file"] if "file" in place else os.fsdecode(bytes.fromhex(place["file_hex"]))
    return os.path.join(place["folder"], name)


def read(place: dict[str, Any]) -> bytes:
    file = file_of(place)
    try:
        with open_file(file) as opened:
            return read_bytes(opened, os.fstat(opened.fileno()).st_size, file)
    except OSError as error:
        if not _holds_something(Path(place["folder"])):
            raise SourceGone("the folder is gone", fix="bring it back and resume", file=place["folder"]) from None
        raise WeThinkError(f"can't be read: {error.strerror or error}", fix="replace it", file=file) from None


def _holds_something(folder: Path) -> bool:
    """An empty mount point is a folder too."""
    try:
        return any(True for _ in os.scandir(folder))
    except OSError:
        return False
