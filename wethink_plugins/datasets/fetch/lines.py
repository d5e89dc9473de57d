"""The lines of a JSONL as they stand, for what goes on with the bytes that were published."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from wethink_plugins.errors import WeThinkError


class Line(NamedTuple):
    """`record` is None where the line is no JSON object: validation says so, a fetch goes on."""

    number: int
    data: bytes
    record: dict[str, Any] | None


def read_lines(file: Path) -> Iterator[Line]:
    """Every line that isn't empty. WeThinkError when the file can't be read."""
    for number, data in raw_lines(file):
        yield Line(number, data, _record(data))


def raw_lines(file: Path) -> Iterator[tuple[int, bytes]]:
    try:
        with file.open("rb") as lines:
            yield from ((number, data) for number, data in enumerate(lines, start=1) if data.strip())
    except OSError as error:
        raise WeThinkError(f"can't be read: {error.strerror or error}", fix="check the path", file=file) from None


def images_of(record: Mapping[str, Any]) -> list[str]:
    """The image paths as the row writes them, stripped, as the row's own reader takes them."""
    value = record.get("image_path")
    parts = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    return [text for part in parts if isinstance(part, str) and (text := part.strip())]


def _record(data: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
