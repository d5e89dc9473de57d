"""Relative links: written for the repository, rewritten for the site.

A page, by its path in the repository, is itself; README.md is the front page; a folder is its README.md; any other file
is shown on a page of its own (`shown`). What can't be found is left as it is, and mkdocs says so.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

from pages import shown

# Code comes first, so that what looks like a link in it is left alone.
_TOKEN = re.compile(
    r"(?P<code>^(?P<fence>[ \t]*(?:```+|~~~+))[^\n]*\n.*?^(?P=fence)[`~]*[ \t]*$|(?P<tick>`+)(?!`).+?(?<!`)(?P=tick)(?!`))"
    r"|(?P<before>\]\(<?|^\[[^\]\n]+\]:[ \t]+|\b(?:src|href)=\")(?P<target>[^\s()\"<>]+)",
    re.MULTILINE | re.DOTALL,
)
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|#|/", re.IGNORECASE)
FRONT = {"README.md": "index.md", "docs": "index.md", "": "index.md"}


def targets(markdown: str) -> Iterator[str]:
    """Every link and picture of a page, as written; those in code are none."""
    return (match["target"] for match in _TOKEN.finditer(markdown) if match["target"])


class Links:
    """`uris`: every file of the site, by its path in the sources."""

    def __init__(self, root: Path, uris: set[str]) -> None:
        self._root, self._uris = root, uris

    def files_in(self, page: str, markdown: str) -> Iterator[str]:
        """Paths in the repository of the linked files that are no part of the site yet."""
        for target in targets(markdown):
            place = self._place(page, target)
            if place is not None and self._uri(place) is None and (self._root / place).is_file():
                yield place

    def rewritten(self, page: str, markdown: str) -> str:
        def one(match: re.Match[str]) -> str:
            if not match["target"]:
                return match[0]
            return match["before"] + self._rewritten(page, match["target"])

        return _TOKEN.sub(one, markdown)

    def _rewritten(self, page: str, target: str) -> str:
        place = self._place(page, target)
        if place is None:
            return target
        uri = self._uri(place) or (shown.uri(self._root, place) if (self._root / place).is_file() else None)
        anchor = target.partition("#")[1:]
        return target if uri is None else posixpath.relpath(uri, posixpath.dirname(page) or ".") + "".join(anchor)

    def _place(self, page: str, target: str) -> str | None:
        """The path in the repository that a page links to; None for what leads elsewhere."""
        if _ELSEWHERE.match(target):
            return None
        own = page if (self._root / page).is_file() and not (self._root / "docs" / page).is_file() else f"docs/{page}"
        place = posixpath.normpath(posixpath.join(posixpath.dirname(own), target.partition("#")[0]))
        return "" if place == "." else place

    def _uri(self, place: str) -> str | None:
        """On the site, by its path in the repository."""
        inside = place.removeprefix("docs/")
        index = f"{inside.removesuffix('.md')}/index.md"
        candidates = (FRONT.get(place, ""), inside, f"{inside}/README.md", index)
        return next((uri for uri in candidates if uri in self._uris), None)
