"""Finds, for each picture of the training rows, the few benchmark pictures that may be its original.

Descriptors are compared through an inverted index (faiss): nearest cells only, so that cost grows with rows times
pictures over some sixty. Small sets are compared one by one with all. Whole pictures meet all views of the other side,
and the other way round, as they are and mirrored.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wethink_plugins.datasets.contamination.fingerprint import BOXES, SIZE, VIEWS, as_floats, mirrored
from wethink_plugins.errors import WeThinkError, extra

if TYPE_CHECKING:
    import numpy as np

# *Chosen* (see benchmarks/contamination.py): likeness from which a pair is looked at again, and pairs a picture at most.
LEAST, MOST = 0.6, 24
_CELLS, _PROBED, _PER_CELL = 1024, 24, 64
_BLOCK = 4096


@dataclass(frozen=True)
class Candidates:
    """Parallel arrays. `view`: which view of the benchmark picture (1 on), or minus that of the training picture."""

    train: np.ndarray
    bench: np.ndarray
    view: np.ndarray
    mirror: np.ndarray
    likeness: np.ndarray

    def __len__(self) -> int:
        return len(self.train)

    def window(self, place: int) -> tuple[float, float, float, float]:
        """Offset and scale in x, then in y, from the training picture's unit square to the benchmark's (mirrored) one."""
        view = int(self.view[place])
        left, top, right, bottom = BOXES[abs(view)]
        if view >= 0:
            if self.mirror[place]:
                left, right = 1 - right, 1 - left
            return left, right - left, top, bottom - top
        return -left / (right - left), 1 / (right - left), -top / (bottom - top), 1 / (bottom - top)


def candidates(train: np.ndarray, bench: np.ndarray, least: float = LEAST, most: int = MOST) -> Candidates:
    """Of int8 views (n, VIEWS, SIZE) and (m, VIEWS, SIZE): the best `most` pairs of each training picture, best first."""
    import numpy as np

    if not len(train) or not len(bench):
        empty = np.zeros(0, dtype=np.int64)
        return Candidates(empty, empty, empty, empty.astype(bool), empty.astype(np.float32))
    found = _Best(most)
    wholes = _Index(bench[:, 0])
    crops = _Index(bench.reshape(-1, SIZE))
    for start in range(0, len(train), _BLOCK):
        block = train[start : start + _BLOCK]
        for mirror in (False, True):
            for view, row, place, likeness in _met(block, mirror, wholes, crops, least, most):
                bench_place, bench_view = (place // VIEWS, place % VIEWS) if view == 0 else (place, -view)
                found.add(start + row, bench_place, bench_view, mirror, likeness)
        found.settle()
    return found.all()


def _met(block: np.ndarray, mirror: bool, wholes: _Index, crops: _Index, least: float, most: int) -> Iterator[Any]:
    for view in range(VIEWS):
        queries = mirrored(block[:, view]) if mirror else block[:, view]
        index, wanted = (crops, 4 * most) if view == 0 else (wholes, most)
        yield (view, *index.near(queries, least, wanted))


class _Index:
    def __init__(self, descriptors: np.ndarray) -> None:
        faiss = library()
        cells = min(_CELLS, len(descriptors) // _PER_CELL)
        self._flat = faiss.IndexFlatIP(SIZE)
        self._index = self._flat
        if cells > _PROBED:
            self._index = faiss.IndexIVFFlat(self._flat, SIZE, cells, faiss.METRIC_INNER_PRODUCT)
            self._index.nprobe = _PROBED
            step = max(1, len(descriptors) // (cells * 50))
            self._index.train(as_floats(descriptors[::step]))
        for start in range(0, len(descriptors), 1 << 16):
            self._index.add(as_floats(descriptors[start : start + (1 << 16)]))

    def near(self, queries: np.ndarray, least: float, most: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Rows of the queries, places in the index, likenesses."""
        likeness, places = self._index.search(as_floats(queries), min(most, self._index.ntotal))
        rows, columns = (likeness >= least).nonzero()
        return rows, places[rows, columns], likeness[rows, columns]


class _Best:
    """Keeps the best pairs of each training picture; a pair that is found several times counts once, at its best."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._new: list[tuple[np.ndarray, ...]] = []
        self._kept: list[tuple[np.ndarray, ...]] = []

    def add(self, train: np.ndarray, bench: np.ndarray, view: Any, mirror: bool, likeness: np.ndarray) -> None:
        import numpy as np

        if len(train):
            views = np.broadcast_to(np.asarray(view, dtype=np.int64), train.shape)
            self._new.append((train, bench, views, np.full(train.shape, mirror), likeness))

    def settle(self) -> None:
        """All of a block of training pictures has been added."""
        import numpy as np

        if not self._new:
            return
        train, bench, view, mirror, likeness = (np.concatenate(column) for column in zip(*self._new, strict=True))
        self._new = []
        order = np.lexsort((mirror, view, -likeness, bench, train))
        pair = np.stack((train, bench))[:, order]
        order = order[np.r_[True, (pair[:, 1:] != pair[:, :-1]).any(axis=0)]]
        order = order[np.lexsort((bench[order], -likeness[order], train[order]))]
        _, first, counts = np.unique(train[order], return_index=True, return_counts=True)
        order = order[np.arange(len(order)) - np.repeat(first, counts) < self._most]
        self._kept.append(tuple(column[order] for column in (train, bench, view, mirror, likeness)))

    def all(self) -> Candidates:
        import numpy as np

        if not self._kept:
            empty = np.zeros(0, dtype=np.int64)
            return Candidates(empty, empty, empty, empty.astype(bool), empty.astype(np.float32))
        return Candidates(*(np.concatenate(column) for column in zip(*self._kept, strict=True)))


def library() -> Any:
    """faiss; WeThinkError when the extra isn't there."""
    try:
        import faiss
    except ImportError as error:
        raise WeThinkError(
            f"pictures are compared with faiss, which can't be imported ({error})",
            fix=extra("contamination"),
        ) from None
    return faiss
