"""The images as one zip in 16 parts, as they are published."""

from __future__ import annotations

import zipfile
from pathlib import Path

PARTS = 16
_DATE = (2024, 11, 1, 0, 0, 0)


def write_parts(images: Path, folder: Path) -> tuple[Path, ...]:
    """`image.zip.part-aa` to `-ap`, about equal in size; joined they are the zip. Same bytes for the same images."""
    folder.mkdir()
    whole = folder / "image.zip"
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as archive:
        for file in sorted(path for path in images.rglob("*") if path.is_file()):
            archive.writestr(zipfile.ZipInfo(file.relative_to(images).as_posix(), _DATE), file.read_bytes())
    parts = tuple(_split(whole, -(-whole.stat().st_size // PARTS)))
    whole.unlink()
    return parts


def _split(whole: Path, size: int) -> list[Path]:
    parts = []
    with whole.open("rb") as data:
        for number in range(PARTS):
            part = whole.with_name(f"image.zip.part-a{chr(ord('a') + number)}")
            part.write_bytes(data.read(size))
            parts.append(part)
    return parts
