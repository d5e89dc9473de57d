"""Some rows of a file, the same ones for the same seed."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Callable
from pathlib import Path

from wethink_plugins.datasets.fetch.lines import raw_lines
from wethink_plugins.datasets.write import replacing


def write_sample(source: Path, count: int, seed: int, target: Path) -> int:
    """Lines of `source` in its order, byte for byte; returns how many there were.

    Each line has a place in a shuffled order that depends on the seed and its number only, so a larger sample holds
    the smaller one, and its images are there already.
    """
    chosen = set(heapq.nsmallest(count, (number for number, _ in raw_lines(source)), key=_place(seed)))
    with replacing(target) as temporary, temporary.open("wb") as out:
        for number, data in raw_lines(source):
            if number in chosen:
                out.write(data if data.endswith(b"\n") else data + b"\n")
    return len(chosen)


def _place(seed: int) -> Callable[[int], bytes]:
    return lambda number: hashlib.sha256(f"{seed}:{number}".encode()).digest()
