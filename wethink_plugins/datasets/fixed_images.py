"""Copies of pictures as trainers will see them: upright, one frame, RGB. Only of those that need it."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from wethink_plugins.datasets.image import Images, pillow_silenced
from wethink_plugins.datasets.picture import suffix_fits
from wethink_plugins.datasets.write import replacing
from wethink_plugins.errors import WeThinkError
from wethink_plugins.rows import Row

if TYPE_CHECKING:
    from PIL import Image

_FIXABLE = ("image_rotated", "image_cmyk", "image_animated")
_PLAIN = ("L", "LA", "RGB", "RGBA")
# Chosen: a photograph is written once more as JPEG, at a quality that shows no trace; everything else loses nothing.
_JPEG = {"quality": 95, "subsampling": 0}


class FixedImages:
    """Copies below a folder under the path that the picture has below the images' folder. The same bytes each time.

    A copy has the name of its original, with the suffix of its own kind added where that differs (`a.gif.png`).
    """

    def __init__(self, images: Images, folder: Path) -> None:
        self._images, self._folder = images, folder.expanduser().absolute()
        if self._folder == self._images.folder:
            raise WeThinkError("these are the originals", fix="give --fixed-images another folder", file=folder)
        self._written: dict[str, str] = {}
        self._taken: set[Path] = set()

    def paths(self, row: Row, done: Counter[str]) -> tuple[str, ...]:
        """The row's image paths, with those of copies in place of pictures that needed one; counted once a row."""
        paths, made = [], set()
        for path in row.image_path:
            notes = [note for note in self._images.look(path).notes if note in _FIXABLE]
            paths.append(self._copy(path) if notes else path)
            made.update(notes)
        done.update(made)
        return tuple(paths)

    def _copy(self, path: str) -> str:
        file = self._images.file(path)
        if file not in self._written:
            with pillow_silenced():
                target = self._write(Path(file))
            self._written[file] = _relative(target, self._images.folder)
        return self._written[file]

    def _write(self, file: Path) -> Path:
        from PIL import Image

        try:
            with Image.open(file) as image:
                kind, suffix = ("JPEG", ".jpg") if image.format in ("JPEG", "MPO") else ("PNG", ".png")
                target = self._target(file, "" if suffix_fits(file.suffix, kind) else suffix)
                plain = _plain(image)
        except OSError as error:
            raise WeThinkError(f"can't be read any more: {error}", fix="validate again", file=file) from None
        with replacing(target) as temporary:
            plain.save(temporary, kind, **(_JPEG if kind == "JPEG" else {}))
        return target

    def _target(self, file: Path, suffix: str) -> Path:
        below = _relative(file, self._images.folder)
        if below.startswith("..") or Path(below).is_absolute():
            below = f"outside/{hashlib.sha256(str(file).encode()).hexdigest()[:12]}-{file.name}"
        target = self._folder / f"{below}{suffix}"
        if target in self._taken:
            target = target.with_name(f"{hashlib.sha256(str(file).encode()).hexdigest()[:12]}-{target.name}")
        if self._images.knows(str(target)):
            raise WeThinkError("this is an original", fix="give --fixed-images a folder of its own", file=target)
        self._taken.add(target)
        return target


def _plain(image: Image.Image) -> Image.Image:
    """The first frame, turned as its EXIF says, in a mode that all readers show alike; nothing but pixels is kept."""
    from PIL import Image, ImageOps

    upright = ImageOps.exif_transpose(image) or image
    if "transparency" in upright.info:
        upright = upright.convert("RGBA")
    if upright.mode not in _PLAIN:
        upright = upright.convert("RGB")
    plain = Image.new(upright.mode, upright.size)
    plain.paste(upright)
    return plain


def _relative(file: Path, folder: Path) -> str:
    try:
        return Path(os.path.relpath(file, folder)).as_posix()
    except ValueError:  # another drive
        return file.as_posix()
