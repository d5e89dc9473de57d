"""The images of a row: what they must be, and what is worth a note."""

from __future__ import annotations

from wethink_plugins.datasets.findings import Found
from wethink_plugins.datasets.image import Images
from wethink_plugins.datasets.observer import Size
from wethink_plugins.errors import WeThinkError
from wethink_plugins.rows import Row


def check_images(row: Row, images: Images) -> tuple[list[Found], tuple[Size, ...]]:
    """Notes and pixel sizes; raises for the first image that can't be used."""
    looks = [(path, images.look(path)) for path in row.image_path]
    for _, look in looks:
        if look.defect:
            raise WeThinkError(look.reason, fix=look.fix, field="image_path", defect=look.defect)
    notes = [Found(note, "image_path", path) for path, look in looks for note in look.notes]
    return notes, tuple(look.size for _, look in looks)
