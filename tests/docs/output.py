"""What a page shows as a command's output, beside what the command said."""

from __future__ import annotations

import re

# What differs between two runs of the same command on another day, machine or folder: times, sizes, addresses, paths.
_VARIES = (
    (re.compile(r"(?:/[\w.@+-]+){2,}/?"), "PATH"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?"), "TIME"),
    (re.compile(r"\b\d+(?:[.,]\d+)*(?= ?(?:s|ms|min|h|seconds|minutes|hours|MB|KB|MiB|KiB|bytes|/s|a second)\b)"), "N"),
    (re.compile(r"(?<=127\.0\.0\.1:)\d+"), "PORT"),
    # A progress bar that a line stands behind.
    (re.compile(r"^.*\d+%\|.*\| \d+/\d+ \[[^\]]*\]"), ""),
)
_ELLIPSIS = re.compile(r"\.{3}|…")


def difference(shown: str, said: str) -> str:
    """Empty where every line that the page shows was said, in that order. A line may leave something out with `...`."""
    rest = [plain(line) for line in said.splitlines()]
    for line in shown.splitlines():
        wanted = plain(line)
        if _ELLIPSIS.sub("", wanted).strip() == "":
            continue
        pattern = re.compile(".*".join(re.escape(part) for part in _ELLIPSIS.split(wanted)))
        place = next((n for n, one in enumerate(rest) if pattern.fullmatch(one)), None)
        if place is None:
            return f"the page shows: {line}\nit said:\n{said[-3000:]}"
        rest = rest[place + 1 :]
    return ""


def plain(line: str) -> str:
    for pattern, name in _VARIES:
        line = pattern.sub(name, line)
    return " ".join(line.split())
