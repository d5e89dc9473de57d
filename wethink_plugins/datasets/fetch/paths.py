"""A path that a row or an archive names, made safe: it leads to a place below the folder, or nowhere."""

from __future__ import annotations

import re

# Where images lie until they are whole, below the folder of the images.
UNFINISHED = ".unfinished"
_DRIVE = re.compile(r"[A-Za-z]:")


def inside(path: str) -> str:
    """Without `.` and doubled slashes; ValueError says why a path can't be used."""
    if "://" in path:
        raise ValueError("is an address, not a path in the archive")
    if "\0" in path or not path.strip():
        raise ValueError("is empty or holds a NUL")
    if any("\ud800" <= letter <= "\udfff" for letter in path):
        raise ValueError("holds half a surrogate pair, which no file name can")
    if path.startswith(("/", "\\")) or _DRIVE.match(path):
        raise ValueError("is absolute, not relative to the archive")
    if ".." in re.split(r"[/\\]", path):
        raise ValueError("leads out of its folder")
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if not parts or path.endswith("/"):
        raise ValueError("names a folder, not an image")
    if parts[0] == UNFINISHED:
        raise ValueError(f"lies in {UNFINISHED}, which fetch itself uses")
    return "/".join(parts)


def folders_of(path: str) -> list[str]:
    """`a/b/c.jpg` lies in `a` and `a/b`."""
    parts = path.split("/")[:-1]
    return ["/".join(parts[: count + 1]) for count in range(len(parts))]
