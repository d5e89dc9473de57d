"""One line of an output file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def line(record: Mapping[str, Any]) -> str:
    """JSON as text; half a surrogate pair, which models write and UTF-8 can't hold, as \\uXXXX."""
    text = json.dumps(record, ensure_ascii=False)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        text = json.dumps(record)
    return text + "\n"
