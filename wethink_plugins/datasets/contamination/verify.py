"""Looks again, and closer, at pairs of pictures that may be copies.

First on the thumbnails: one is laid over the other and the two are correlated. What passes is opened again, laid over
each other more finely, and compared tile by tile in the fine detail alone. Light, sky and layout count for nothing
there, so two charts or pages of one layout differ where their numbers and words do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from wethink_plugins.datasets.contamination.align import aligned, correlation, warp
from wethink_plugins.datasets.contamination.pixels import BadPicture, Source, grey_square
from wethink_plugins.datasets.contamination.search import Candidates

if TYPE_CHECKING:
    import numpy as np

THRESHOLD = 0.5
"""Likeness from which a pair counts as a copy; *chosen* with the figures of benchmarks/contamination.py in view."""
# *Chosen* there too. Charts and pages of one layout share axes, lines and margins: where one grey covers this share of a
# picture, what differs counts so many times.
_GROUND, _STRICTER = 0.4, 2.4
_FIRST_LOOK, _SECOND_LOOKS = (
    0.75,
    6,
)  # *chosen*: correlation of thumbnails, and pictures opened for each training picture
_EDGE, _COARSE_STEPS, _FINE_STEPS, _BATCH = 192, 8, 3, 256
# Detail is what differs from the mean of its surroundings: (radius, tile, share of the tiles that may be less alike).
_FINE, _COARSE = (8, 16, 0.1), (24, 48, 0.25)
_TILES = 6  # with detail, at least, else the coarse look decides; a picture without either is called plain
_FAINT = 4.0  # grey levels squared of detail, at least

Read = Callable[[int], Source]


@dataclass(frozen=True)
class Copy:
    """`likeness` in 0 to 1: the tenth least alike of the tiles; `train` and `bench` are numbers of pictures."""

    train: int
    bench: int
    likeness: float
    mirrored: bool


def verified(
    pairs: Candidates,
    train: np.ndarray,
    bench: np.ndarray,
    read_train: Read,
    read_bench: Read,
    least: float = THRESHOLD,
) -> list[Copy]:
    """Of candidates, with the thumbnails (n, THUMB, THUMB) of both sides, those that are copies; in their order."""
    import numpy as np

    look = _Look(read_train, read_bench)
    found: list[Copy] = []
    for start in range(0, len(pairs), _BATCH):
        places = np.arange(start, min(start + _BATCH, len(pairs)))
        windows, alike = _thumbnails(pairs, places, train, bench)
        for place, window in _most_alike(pairs, places, windows, alike):
            mirror = bool(pairs.mirror[place])
            likeness = look.likeness(int(pairs.train[place]), int(pairs.bench[place]), mirror, window)
            if likeness >= least:
                found.append(Copy(int(pairs.train[place]), int(pairs.bench[place]), likeness, mirror))
    return found


def _thumbnails(
    pairs: Candidates, places: np.ndarray, train: np.ndarray, bench: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    import numpy as np

    windows = np.array([pairs.window(place) for place in places], dtype=np.float32)
    ours = train[pairs.train[places]].astype(np.float32)
    theirs = bench[pairs.bench[places]].astype(np.float32)
    mirror = pairs.mirror[places]
    theirs[mirror] = theirs[mirror][:, :, ::-1]
    windows = aligned(ours, theirs, windows, _COARSE_STEPS)
    return windows, correlation(ours, *warp(theirs, windows))


def _most_alike(
    pairs: Candidates, places: np.ndarray, windows: np.ndarray, alike: np.ndarray
) -> list[tuple[int, np.ndarray]]:
    """Of each training picture the few most alike pairs."""
    import numpy as np

    seen: dict[int, int] = {}
    chosen = []
    for i in np.argsort(-alike, kind="stable"):
        picture = int(pairs.train[places[i]])
        if alike[i] < _FIRST_LOOK:
            break
        if seen.setdefault(picture, 0) < _SECOND_LOOKS:
            seen[picture] += 1
            chosen.append((int(places[i]), windows[i : i + 1]))
    return sorted(chosen, key=lambda one: one[0])


class _Look:
    """Opens pictures, each once as long as it is needed again soon."""

    def __init__(self, read_train: Read, read_bench: Read) -> None:
        self._train = lru_cache(maxsize=_SECOND_LOOKS)(lambda number: _opened(read_train(number)))
        self._bench = lru_cache(maxsize=512)(lambda number: _opened(read_bench(number)))

    def likeness(self, train: int, bench: int, mirror: bool, window: np.ndarray) -> float:
        """0 for a picture that went away or broke meanwhile."""
        try:
            ours, theirs = self._train(train), self._bench(bench)
        except BadPicture:
            return 0.0
        return likeness_of(ours, theirs[:, :, ::-1] if mirror else theirs, window)


def _opened(source: Source) -> np.ndarray:
    import numpy as np

    return np.asarray(grey_square(source, _EDGE), dtype=np.float32)[None]


def likeness_of(ours: np.ndarray, theirs: np.ndarray, window: np.ndarray) -> float:
    """Of two pictures (1, n, n), from a window that is about right."""
    window = aligned(_halved(ours), _halved(theirs), window, _FINE_STEPS)
    warped, inside = warp(theirs, window)
    if correlation(ours, warped, inside)[0] <= 0:
        return 0.0
    for look in (_FINE, _COARSE):
        tiles, low = _tilewise(ours[0], warped[0], inside[0], *look)
        if tiles >= _TILES:
            stricter = _STRICTER if _on_one_ground(ours[0]) or _on_one_ground(theirs[0]) else 1.0
            return max(0.0, 1 - stricter * (1 - low))
    return 0.0


def _on_one_ground(picture: np.ndarray) -> bool:
    """Whether a single grey, give or take a little, is most of what is seen."""
    import numpy as np

    counts = np.bincount(picture.astype(np.uint8).ravel(), minlength=256)
    bands = np.convolve(counts, np.ones(7, dtype=int))
    return bool(bands.max() >= _GROUND * picture.size)


def _halved(pictures: np.ndarray) -> np.ndarray:
    """Places are shares of a side, so a window found at half the size holds at the whole; it takes a quarter of the time."""
    p, n, _ = pictures.shape
    halved: np.ndarray = pictures.reshape(p, n // 2, 2, n // 2, 2).mean(axis=(2, 4))
    return halved


def _tilewise(
    ours: np.ndarray, theirs: np.ndarray, inside: np.ndarray, radius: int, tile: int, share: float
) -> tuple[int, float]:
    """Tiles with detail in either picture, and the correlation that all but `share` of them reach."""
    import numpy as np

    a = _cut((ours - _mean(ours, radius)) * inside, tile)
    b = _cut((theirs - _mean(theirs, radius)) * inside, tile)
    energy_a, energy_b = (a * a).mean(axis=1), (b * b).mean(axis=1)
    strong = max(float(np.quantile(energy_a, 0.95)), float(np.quantile(energy_b, 0.95)))
    counted = np.maximum(energy_a, energy_b) > max(_FAINT, 0.05 * strong)
    alike = (a * b).mean(axis=1) / np.sqrt(energy_a * energy_b + 1e-6)
    tiles = int(counted.sum())
    return tiles, float(np.quantile(alike[counted], share)) if tiles else 0.0


def _cut(picture: np.ndarray, tile: int) -> np.ndarray:
    n = len(picture) // tile
    tiles: np.ndarray = picture.reshape(n, tile, n, tile).transpose(0, 2, 1, 3).reshape(n * n, tile * tile)
    return tiles


def _mean(picture: np.ndarray, radius: int) -> np.ndarray:
    """Of the square around each pixel; beyond the edge the edge goes on."""
    import numpy as np

    width = 2 * radius + 1
    for axis in (0, 1):
        padding = [(radius, radius) if axis == side else (0, 0) for side in (0, 1)]
        sums = np.cumsum(np.pad(picture, padding, mode="edge"), axis=axis, dtype=np.float64)
        sums = np.concatenate([np.zeros_like(sums.take([0], axis=axis)), sums], axis=axis)
        n = picture.shape[axis]
        picture = (sums.take(range(width, width + n), axis=axis) - sums.take(range(n), axis=axis)) / width
    return picture.astype(np.float32)
