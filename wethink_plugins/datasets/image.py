"""Finds the images of a row and looks whether they can be used, before a trainer does."""

from __future__ import annotations

import struct
import warnings
import zlib
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

# Qwen's processors refuse a picture that is longer than this many times its width (qwen_vl_utils, MAX_RATIO).
MAX_RATIO = 200


Fault = tuple[str, str]
_FINE: Fault = ("", "")


class Images:
    """The images below a folder; each file is opened once, however many rows show it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.expanduser().absolute()
        self._faults: dict[str, Fault | Future[Fault]] = {}
        self._skips = False

    def file(self, image_path: str) -> str:
        """The absolute path; a path that is absolute already stays."""
        return str(self.folder / image_path)

    def fault(self, image_path: str) -> Fault:
        """What is wrong and what to do; two empty strings for an image that decodes."""
        if "://" in image_path:
            return f"{image_path} is an address, not a file", "download it and give its path"
        file = self.file(image_path)
        found = self._faults.get(file)
        if self._skips and found is None:
            return _FINE
        if not isinstance(found, tuple):
            with pillow_silenced():
                found = found.result() if found else _fault(file, image_path)
            self._faults[file] = found
        return found

    def start(self, image_path: str, pool: Executor) -> None:
        """Opens it in the pool, from now on; `fault` waits for what comes out. Silence Pillow around all of it."""
        file = self.file(image_path)
        if not self._skips and "://" not in image_path and file not in self._faults:
            self._faults[file] = pool.submit(_fault, file, image_path)

    def skip(self) -> None:
        """Opens no further image: every one passes."""
        self._skips = True


def _fault(file: str, shown: str) -> Fault:
    if not _is_file(Path(file)):
        return f"no such image: {file}", "give the right --images folder, or remove the row"
    reason = _decoding_fault(Path(file))
    return (f"{shown} can't be used: {reason}", "replace the image or remove the row") if reason else _FINE


def _is_file(file: Path) -> bool:
    """False too where the system can't even look: a name too long, a folder that isn't ours to enter."""
    try:
        return file.is_file()
    except OSError:
        return False


@contextmanager
def pillow_silenced() -> Iterator[None]:
    """Its warnings are about pictures that still decode. For one thread around all others: Python's filters are global."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"PIL\b")
        yield


def decoding_fault(file: Path | BytesIO) -> str:
    """Decodes the whole picture (JPEG at an eighth of its size): a header alone doesn't show that a file is cut off."""
    with pillow_silenced():
        return _decoding_fault(file)


def _decoding_fault(file: Path | BytesIO) -> str:
    from PIL import Image

    faults = (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, struct.error, zlib.error)
    try:
        with Image.open(file) as image:
            width, height = image.size
            image.draft("RGB", (max(1, width // 8), max(1, height // 8)))
            image.load()
    except (*faults, Image.DecompressionBombError) as error:
        return " ".join(str(error).replace(f" '{file}'", "").split()) or type(error).__name__
    ratio = max(width, height) / min(width, height)
    return f"{width}x{height} is longer than {MAX_RATIO} times its width" if ratio > MAX_RATIO else ""
