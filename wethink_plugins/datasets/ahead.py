"""Opens the pictures of the rows to come on other cores, while rows are checked one after another."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from wethink_plugins.datasets.image import Images
from wethink_plugins.datasets.records import Lines
from wethink_plugins.errors import WeThinkError

# Chosen. Few threads, since a big PNG takes some 100 MB while it is open; rows enough that no thread waits for one.
_THREADS, _ROWS = 4, 64


def looking_ahead(records: Lines, images: Images) -> Lines:
    """The records, and the errors about broken lines, as they come; of each yielded one, the pictures have been opened. Pillow decodes outside the GIL."""
    pool = ThreadPoolExecutor(min(_THREADS, _cores()), thread_name_prefix="wethink-images")
    waiting: deque[tuple[int, dict[str, Any] | WeThinkError]] = deque()
    try:
        for line, record in records:
            for path in _paths(record):
                images.start(path, pool)
            waiting.append((line, record))
            if len(waiting) > _ROWS:
                yield _seen(*waiting.popleft(), images)
        while waiting:
            yield _seen(*waiting.popleft(), images)
    finally:
        pool.shutdown(cancel_futures=True)


def _seen(
    line: int, record: dict[str, Any] | WeThinkError, images: Images
) -> tuple[int, dict[str, Any] | WeThinkError]:
    for path in _paths(record):
        images.look(path)
    return line, record


def _paths(record: Mapping[str, Any] | WeThinkError) -> list[str]:
    """Whatever is written there: a row has not been read yet."""
    value = record.get("image_path") if isinstance(record, Mapping) else None
    parts = [value] if isinstance(value, str) else value if isinstance(value, list | tuple) else []
    return [text for part in parts if isinstance(part, str) and (text := part.strip())]


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
