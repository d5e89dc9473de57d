"""Finds the images of a row and looks whether they can be used, before a trainer does."""

from __future__ import annotations

import struct
import warnings
import zlib
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from wethink_plugins.datasets.picture import notes_of, shape_fault

if TYPE_CHECKING:
    from PIL import Image

Fault = tuple[str, str]
Size = tuple[int, int]
_DECODER_FAULTS = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    LookupError,
    TypeError,
    ArithmeticError,
    AttributeError,
    RuntimeError,
    struct.error,
    zlib.error,
)


@dataclass(frozen=True)
class Look:
    """What one look into an image file found. `defect` is empty for one that can be used; `size` in pixels, as stored.

    `notes` are names of defects that a row may have and be kept.
    """

    defect: str = ""
    reason: str = ""
    fix: str = ""
    size: Size = (0, 0)
    notes: tuple[str, ...] = ()


_NOT_OPENED = Look()


class Images:
    """The images below a folder; each file is opened once, however many rows show it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.expanduser().absolute()
        self._looks: dict[str, Look | Future[Look]] = {}
        self._same: dict[Look, Look] = {}
        self._skips = False

    def file(self, image_path: str) -> str:
        """The absolute path; a path that is absolute already stays."""
        return str(self.folder / image_path)

    def look(self, image_path: str) -> Look:
        """Opens it, unless it was opened before."""
        if "://" in image_path:
            reason = f"{image_path} is an address, not a file"
            return Look("image_address", reason, "download it and give its path")
        file = self.file(image_path)
        found = self._looks.get(file)
        if self._skips and found is None:
            return _NOT_OPENED
        if not isinstance(found, Look):
            with pillow_silenced():
                look = found.result() if found else _look(file, image_path)
            found = self._looks[file] = self._same.setdefault(look, look)
        return found

    def fault(self, image_path: str) -> Fault:
        """What is wrong and what to do; two empty strings for an image that decodes."""
        look = self.look(image_path)
        return look.reason, look.fix

    def start(self, image_path: str, pool: Executor) -> None:
        """Opens it in the pool, from now on; `look` waits for what comes out. Silence Pillow around all of it."""
        file = self.file(image_path)
        if not self._skips and "://" not in image_path and file not in self._looks:
            self._looks[file] = pool.submit(_look, file, image_path)

    def knows(self, file: str) -> bool:
        """Whether a row shows this file (an absolute path)."""
        return file in self._looks

    def skip(self) -> None:
        """Opens no further image: every one passes."""
        self._skips = True


def _look(file: str, shown: str) -> Look:
    if not _is_file(Path(file)):
        return Look("image_missing", f"no such image: {file}", "give the right --images folder, or remove the row")
    look = _look_into(Path(file))
    if not look.defect:
        return look
    reason = f"{shown} can't be used: {look.reason}"
    return Look(look.defect, reason, "replace the image or remove the row", look.size, look.notes)


def _is_file(file: Path) -> bool:
    """False too where the system can't even look: a name too long, a folder that isn't ours to enter."""
    try:
        return file.is_file()
    except (OSError, ValueError):
        return False


@contextmanager
def pillow_silenced() -> Iterator[None]:
    """Its warnings are about pictures that still decode. For one thread around all others: Python's filters are global."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"PIL\b")
        yield


def decoding_fault(file: Path | BytesIO) -> str:
    """What is wrong with a picture, or nothing."""
    with pillow_silenced():
        return _look_into(file).reason


def _look_into(file: Path | BytesIO) -> Look:
    """Decodes the whole picture (JPEG at an eighth of its size): a header alone doesn't show that a file is cut off."""
    from PIL import Image

    try:
        with Image.open(file) as image:
            return _decoded(image, Path(file).suffix if isinstance(file, Path) else "")
    except Image.DecompressionBombError as error:
        return Look("image_huge", _text_of(error, file))
    except MemoryError:
        return Look("image_huge", "takes more memory than there is")
    except _DECODER_FAULTS as error:
        return Look("image_broken", _text_of(error, file))


def _decoded(image: Image.Image, suffix: str) -> Look:
    size = width, height = image.size
    if reason := shape_fault(width, height):
        return Look("image_tiny", reason, size=size)
    notes = notes_of(image, suffix)
    image.draft("RGB", (max(1, width // 8), max(1, height // 8)))
    image.load()
    return Look(size=size, notes=notes)


def _text_of(error: Exception, file: object) -> str:
    return " ".join(str(error).replace(f" '{file}'", "").split()) or type(error).__name__
