"""The parts that `split` made of an archive, in their order, on disk or on the hub."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from wethink_plugins.datasets.fetch.hub import HubFile, Listing
from wethink_plugins.datasets.fetch.ranges import Ranges
from wethink_plugins.errors import WeThinkError


class Part(Protocol):
    """A piece of the archive; `read` gives the bytes from `start` up to `end`, to many threads at a time."""

    @property
    def name(self) -> str: ...
    @property
    def size(self) -> int: ...
    def read(self, start: int, end: int) -> bytes: ...


@dataclass(frozen=True)
class LocalPart:
    file: Path
    size: int

    @property
    def name(self) -> str:
        return str(self.file)

    def read(self, start: int, end: int) -> bytes:
        try:
            with self.file.open("rb") as data:
                data.seek(start)
                found = data.read(end - start)
        except OSError as error:
            raise WeThinkError(
                f"can't be read: {error.strerror}", fix="check disk and rights", file=self.file
            ) from None
        if len(found) < end - start:
            raise WeThinkError("became shorter while it was read", fix="leave the parts alone", file=self.file)
        return found


@dataclass(frozen=True)
class RemotePart:
    file: HubFile
    ranges: Ranges

    @property
    def name(self) -> str:
        return self.file.url

    @property
    def size(self) -> int:
        return self.file.size

    def read(self, start: int, end: int) -> bytes:
        return self.ranges.read(self.file, start, end)


def local_parts(folder: Path, archive: str) -> list[Part]:
    """WeThinkError when the folder has none, or a gap in their names."""
    try:
        names = [file.name for file in folder.iterdir() if file.is_file()]
    except OSError as error:
        raise WeThinkError(f"can't be listed: {error.strerror}", fix="check the path", file=folder) from None
    files = [folder / name for name in ordered(names, archive, str(folder))]
    return [LocalPart(file, file.stat().st_size) for file in files]


def hub_parts(listing: Listing, archive: str) -> list[HubFile]:
    files = {file.name: file for file in listing.files}
    return [files[name] for name in ordered(files, archive, listing.repo)]


def remote_parts(files: Sequence[HubFile], ranges: Ranges) -> list[Part]:
    return [RemotePart(file, ranges) for file in files]


def ordered(names: Iterable[str], archive: str, place: str) -> list[str]:
    """`image.zip.part-aa`, `-ab`, ... or `.part-00`, `-01`, ...; or the archive itself, where it is in one piece."""
    known = set(names)
    pattern = re.compile(re.escape(archive) + r"\.(?:part-?)?([a-z]{2,4}|\d{2,4})")
    found = sorted(name for name in known if pattern.fullmatch(name))
    if not found and archive in known:
        return [archive]
    if not found:
        raise WeThinkError(f"has no {archive}.part-aa and so on, and no {archive}", fix="check --archive", file=place)
    for index, name in enumerate(found):
        suffix = pattern.fullmatch(name)[1]  # type: ignore[index]
        if suffix != (wanted := _suffix(index, suffix)):
            missing = name[: -len(suffix)] + wanted
            raise WeThinkError(f"has {name} but no {missing}", fix="get the missing part", file=place)
    return found


def _suffix(index: int, like: str) -> str:
    if like.isdigit():
        return str(index).zfill(len(like))
    letters = ""
    for _ in like:
        index, letter = divmod(index, 26)
        letters = chr(ord("a") + letter) + letters
    return letters
