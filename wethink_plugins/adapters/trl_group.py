"""Which completions belong together, where the dataset has no `row_id`: TRL hands over no id of the prompt.

Told by what the row holds and never by adjacency. Pictures count: in many sets all rows ask the same of another picture.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

_COLUMNS = ("answer", "question_type", "options", "image", "images")


def group_of(prompt: Any, columns: Mapping[str, Any], i: int) -> str:
    """The same for the same prompt, gold and pictures of row `i` of a batch; a picture is read once, some ms for a large one."""
    digest = hashlib.blake2b(digest_size=8)
    for value in (prompt, *(columns[name][i] for name in _COLUMNS if name in columns)):
        _add(digest, value)
    return digest.hexdigest()


def _add(digest: Any, value: Any) -> None:
    """With brackets around what is in a list, so that ["ab"] and ["a", "b"] differ."""
    if isinstance(value, Mapping):
        value = sorted(value.items(), key=lambda pair: str(pair[0]))
    if isinstance(value, (list, tuple)):
        digest.update(b"\x00[")
        for part in value:
            _add(digest, part)
        digest.update(b"\x00]")
        return
    digest.update(b"\x00," + _bytes(value))


def _bytes(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace")
    if hasattr(value, "tobytes"):  # a PIL picture, or an array
        try:
            return f"{getattr(value, 'mode', '')} {getattr(value, 'size', '')}".encode() + bytes(value.tobytes())
        except Exception:  # noqa: BLE001  a picture that can't be read is the host's to report
            return b"unreadable"
    return repr(value).encode("utf-8", "backslashreplace")
