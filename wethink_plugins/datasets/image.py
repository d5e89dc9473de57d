"""Finds the images of a row and looks whether they can be used, before a trainer does."""

from __future__ import annotations

import struct
import warnings
import zlib
from io import BytesIO
from pathlib import Path

# Qwen's processors refuse a picture that is longer than this many times its width (qwen_vl_utils, MAX_RATIO).
MAX_RATIO = 200


class Images:
    """The images below a folder; each file is opened once, however many rows show it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.expanduser().absolute()
        self._faults: dict[str, tuple[str, str]] = {}

    def file(self, image_path: str) -> str:
        """The absolute path; a path that is absolute already stays."""
        return str(self.folder / image_path)

    def fault(self, image_path: str) -> tuple[str, str]:
        """What is wrong and what to do; two empty strings for an image that decodes."""
        if "://" in image_path:
            return f"{image_path} is an address, not a file", "download it and give its path"
        file = self.file(image_path)
        if file not in self._faults:
            self._faults[file] = _fault(Path(file), image_path)
        return self._faults[file]


def _fault(file: Path, shown: str) -> tuple[str, str]:
    if not _is_file(file):
        return f"no such image: {file}", "give the right --images folder, or remove the row"
    reason = decoding_fault(file)
    return (f"{shown} can't be used: {reason}", "replace the image or remove the row") if reason else ("", "")


def _is_file(file: Path) -> bool:
    """False too where the system can't even look: a name too long, a folder that isn't ours to enter."""
    try:
        return file.is_file()
    except OSError:
        return False


def decoding_fault(file: Path | BytesIO) -> str:
    """Decodes the whole picture (JPEG at an eighth of its size): a header alone doesn't show that a file is cut off."""
    from PIL import Image

    faults = (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, struct.error, zlib.error)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(file) as image:
                width, height = image.size
                image.draft("RGB", (max(1, width // 8), max(1, height // 8)))
                image.load()
    except (*faults, Image.DecompressionBombError) as error:
        return " ".join(str(error).replace(f" '{file}'", "").split()) or type(error).__name__
    ratio = max(width, height) / min(width, height)
    return f"{width}x{height} is longer than {MAX_RATIO} times its width" if ratio > MAX_RATIO else ""
