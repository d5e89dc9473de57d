"""The pictures of the rows, below one folder: linked where they are files, taken out where they lie in an archive."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

from wethink_plugins.datasets.fetch.paths import UNFINISHED
from wethink_plugins.errors import WeThinkError
from wethink_plugins.synthesis.records import ImageRef
from wethink_plugins.synthesis.sources import SourceGone, read
from wethink_plugins.synthesis.sources.folder import file_of

# Chosen: reading waits for a disk.
_THREADS = 8


class Pictures:
    """A picture gets its name when it is whole, so what has the name is left alone. For one process at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._unfinished = folder, folder / UNFINISHED
        self._numbers = count()

    def __enter__(self) -> Pictures:
        try:
            shutil.rmtree(self._unfinished, ignore_errors=True)
            self._unfinished.mkdir(parents=True)
        except OSError as error:
            raise WeThinkError(f"can't be written: {error.strerror}", fix="check folder, rights and space", file=self._folder) from None  # fmt: skip
        self._pool = ThreadPoolExecutor(_THREADS)
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)
        shutil.rmtree(self._unfinished, ignore_errors=True)

    def put(self, images: Iterable[ImageRef]) -> dict[str, str]:
        """Image id -> why it can't be had. SourceGone where no picture of its source can; WeThinkError for a full disk."""
        distinct = list({image.id: image for image in images}.values())
        faults = self._pool.map(self._one, distinct)
        return {image.id: fault for image, fault in zip(distinct, faults, strict=True) if fault}

    def _one(self, image: ImageRef) -> str:
        target = self._folder / image.path
        if os.path.lexists(target):
            return "" if target.exists() else self._again(image, target)
        try:
            self._make(image, target)
        except OSError as error:
            raise WeThinkError(f"can't be written: {error}", fix="make room and resume", file=target) from None
        except SourceGone:
            raise
        except WeThinkError as error:
            return error.problem
        return ""

    def _again(self, image: ImageRef, target: Path) -> str:
        """A symbolic link whose file has moved."""
        target.unlink()
        return self._one(image)

    def _make(self, image: ImageRef, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._unfinished / str(next(self._numbers))
        if image.place.get("kind") != "folder" or not _linked(file_of(image.place), temporary):
            temporary.write_bytes(read(image))
        os.replace(temporary, target)


def _linked(file: str, link: Path) -> bool:
    """A hard link outlives its source; a symbolic one crosses disks. False where neither can be made, or nothing is there."""
    if not os.path.isfile(file):
        return False
    for make in (_hard, os.symlink):
        try:
            make(file, link)
            return True
        except (OSError, NotImplementedError):
            continue
    return False


def _hard(file: str, link: Path) -> None:
    """To the file itself: a link to a symbolic link would break with it."""
    os.link(os.path.realpath(file), link)
