"""The files that a path or a pattern of the YAML means."""

from __future__ import annotations

import glob
import os

from wethink_plugins.errors import WeThinkError


def files_of(pattern: str, suffixes: tuple[str, ...]) -> tuple[str, list[str]]:
    """(the folder in front of the first wildcard, paths below it, sorted); of a folder all files with such a suffix.

    WeThinkError where nothing is there.
    """
    if os.path.isfile(pattern):
        folder, name = os.path.split(os.path.abspath(pattern))
        return folder, [name]
    if os.path.isdir(pattern):
        base, found = pattern, [f for s in suffixes for f in glob.glob(os.path.join(glob.escape(pattern), f"**/*{s}"), recursive=True)]  # fmt: skip
    else:
        base, found = _in_front(pattern), glob.glob(pattern, recursive=True)
    files = sorted(os.path.relpath(file, base) for file in found if os.path.isfile(file))
    if not files:
        raise WeThinkError("no such file", fix="give a path or a pattern like DIR/*" + suffixes[0], file=pattern)
    return os.path.abspath(base), files


def _in_front(pattern: str) -> str:
    parts = pattern.split("/")
    wild = next((n for n, part in enumerate(parts) if set(part) & set("*?[")), len(parts) - 1)
    return "/".join(parts[:wild]) or ("/" if pattern.startswith("/") else ".")
