"""How a row reads as a conversation: the same in every host, so that warm start and RL see the same prompt."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from wethink_plugins.errors import WeThinkError
from wethink_plugins.options import option_lines, split_options
from wethink_plugins.rows import Row

IMAGE_TAG = "<image>"


def question_text(row: Row) -> str:
    """The problem; options that the row gives apart and the problem doesn't show are added as "A. x" lines."""
    if not row.options or split_options(row.problem)[1] == row.options:
        return row.problem
    return f"{row.problem}\n{option_lines(row.options)}"


def user_text(row: Row) -> str:
    """One `<image>` for each image, right before the question, without a line break."""
    return IMAGE_TAG * len(row.image_path) + question_text(row)


def assistant_text(row: Row) -> str:
    """What the model is taught to write: the row's own response, else chain of thought and answer in WeThink's tags."""
    return row.response or f"<think>{row.refined_cot}</think>\n<answer>{row.answer}</answer>"


def split_of(row: Row, file_stem: str) -> str:
    """The row's split, else what the name of its file says, else train."""
    return row.split or known_split(file_stem)


def known_split(file_stem: str) -> str:
    """train, val or test, as the name of a file says; train where it says nothing."""
    known = {"train": "train", "val": "val", "valid": "val", "validation": "val", "dev": "val", "test": "test"}
    return known.get(file_stem.lower(), "train")


def has_images(row: Row) -> bool:
    return bool(row.image_path)


def image_bytes(row: Row) -> list[dict[str, Any]]:
    """The image files as they are, with the paths as written (no folder of this machine gets into the file)."""
    paths = zip(row.image_path, row.image_files, strict=True)
    return [{"bytes": _bytes_of(file, row), "path": path} for path, file in paths]


def _bytes_of(file: str, row: Row) -> bytes:
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise WeThinkError(
            f"{file} could be read when rows were checked, and now can't: {error.strerror or error}",
            fix="see who moves images, and export again",
            row=row.id,
            field="image_path",
        ) from None
