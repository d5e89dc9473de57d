"""What is kept of a picture to find its copies: six short descriptors and a thumbnail.

A descriptor holds the low frequencies (DCT) of the grey picture, levelled out so that fine ones count as much as coarse
ones, at length 1: two pictures are alike as far as the product of their descriptors is near 1, whatever their size,
brightness and contrast. Mirroring a picture changes the sign of the odd horizontal frequencies, nothing else. A copy
that was cropped is found by the descriptors of five crops (middle and corners), which the original has as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from wethink_plugins.datasets.contamination.pixels import Source, grey_square

if TYPE_CHECKING:
    import numpy as np

VERSION = 1
"""Goes into the key of every kept fingerprint; raise it with any change of what is computed here."""
EDGE, THUMB, FREQUENCIES = 128, 32, 8
SIZE = FREQUENCIES * FREQUENCIES
BOXES = (
    (0.0, 0.0, 1.0, 1.0),
    (0.05, 0.05, 0.95, 0.95),
    (0.0, 0.0, 0.9, 0.9),
    (0.1, 0.0, 1.0, 0.9),
    (0.0, 0.1, 0.9, 1.0),
    (0.1, 0.1, 1.0, 1.0),
)
"""Left, top, right, bottom of each view, as shares of the picture; the first is the whole. 0.9: *chosen*, crops of 10%."""
VIEWS = len(BOXES)
BYTES = VIEWS * SIZE + THUMB * THUMB
"""Of a kept fingerprint."""
# *Chosen*: grey levels (of 255) of spread below which a picture is called plain and is compared with nothing.
PLAIN = 2.0
_SCALE = 256  # of a descriptor in int8: its numbers are at most 0.5 (larger ones are cut)


@dataclass(frozen=True)
class Fingerprint:
    """`views`: int8 (VIEWS, SIZE); all zeros for a plain picture. `thumb`: uint8 (THUMB, THUMB)."""

    views: np.ndarray
    thumb: np.ndarray

    def to_bytes(self) -> bytes:
        return self.views.tobytes() + self.thumb.tobytes()

    @classmethod
    def from_bytes(cls, data: bytes) -> Fingerprint:
        import numpy as np

        values = np.frombuffer(data, dtype=np.uint8)
        cut = VIEWS * SIZE
        return cls(values[:cut].view(np.int8).reshape(VIEWS, SIZE), values[cut:].reshape(THUMB, THUMB))


def fingerprint(source: Source) -> Fingerprint:
    """BadPicture when it can't be decoded."""
    import numpy as np
    from PIL.Image import Resampling

    square = grey_square(source, EDGE)
    cut = [(EDGE * left, EDGE * top, EDGE * right, EDGE * bottom) for left, top, right, bottom in BOXES]
    views = [np.asarray(square.resize((THUMB, THUMB), Resampling.BILINEAR, box=box)) for box in cut]
    return Fingerprint(descriptors(np.stack(views).astype(np.float32)), views[0])


def descriptors(pictures: np.ndarray) -> np.ndarray:
    """int8 (n, SIZE) of float (n, THUMB, THUMB)."""
    import numpy as np

    basis, weights = _basis()
    frequencies = (basis @ pictures @ basis.T) * weights
    values = (np.sign(frequencies) * np.sqrt(np.abs(frequencies))).reshape(len(pictures), SIZE)
    length = np.linalg.norm(values, axis=1, keepdims=True)
    plain = pictures.std(axis=(1, 2)) < PLAIN
    values = np.where(plain[:, None], 0, values / np.maximum(length, 1e-9))
    scaled: np.ndarray = np.clip(np.rint(values * _SCALE), -127, 127)
    return scaled.astype(np.int8)


def as_floats(views: np.ndarray) -> np.ndarray:
    """Descriptors as float32, so that products of two are likenesses of at most about 1."""
    return views.astype("float32") / _SCALE


def mirrored(views: np.ndarray) -> np.ndarray:
    """Descriptors (…, SIZE) of the mirrored pictures."""
    import numpy as np

    signs = np.tile(np.array([1, -1], dtype=views.dtype), SIZE // 2)
    turned: np.ndarray = views * signs
    return turned


@cache
def _basis() -> tuple[np.ndarray, np.ndarray]:
    """Cosines (FREQUENCIES, THUMB), and weights that grow with frequency as the content of photographs falls."""
    import numpy as np

    steps, places = np.arange(FREQUENCIES)[:, None], np.arange(THUMB)[None, :]
    cosines = np.cos(np.pi * steps * (places + 0.5) / THUMB).astype(np.float32)
    weights = np.hypot(steps, steps.T).astype(np.float32)  # the mean brightness, 0 by 0, gets none
    return cosines, weights
