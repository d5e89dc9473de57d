"""Which rows have no image, and why."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from wethink_plugins.datasets.fetch.lines import images_of, read_lines
from wethink_plugins.datasets.write import remove, replacing
from wethink_plugins.rows import row_id


@dataclass(frozen=True)
class Lost:
    """`reasons`: how many images for each reason, names of files left out."""

    rows: int
    images: int
    reasons: dict[str, int]


def write_lost(rows: Path, lost: Mapping[str, str], target: Path) -> Lost:
    """`lost`: path as a row writes it -> reason. One line a row and image; no file where nothing is lost."""
    if not lost:
        remove(target)
        return Lost(0, 0, {})
    count = 0
    with replacing(target) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as out:
        for line in read_lines(rows):
            record = line.record or {}
            paths = [path for path in dict.fromkeys(images_of(record)) if path in lost]
            count += bool(paths)
            for path in paths:
                found = {"row": line.number, "id": row_id(record), "image_path": path, "reason": lost[path]}
                out.write(json.dumps(found) + "\n")
    reasons = Counter(reason.partition(", which has ")[0] for reason in lost.values())
    return Lost(count, len(lost), dict(reasons.most_common()))
