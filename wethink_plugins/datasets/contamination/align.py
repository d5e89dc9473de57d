"""Lays one picture over another that shows the same, a little shifted and scaled, and says how alike they are then.

The places of a picture's pixels are shares of its sides. A window (offset x, scale x, offset y, scale y) leads from
the places of one picture to those of the other: place * scale + offset. It is improved step by step (Gauss-Newton on
the squared difference, with brightness and contrast free), for many pairs at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

# *Chosen*: how far a window may go. A copy that shows less than three quarters of a side is another picture.
LEAST_SCALE, MOST_SCALE, MOST_OFFSET = 0.75, 1.34, 0.34
_LEAST_SHARE = 0.5  # of the pixels that both pictures have
_MOST_STEP = 0.05


def aligned(pictures: np.ndarray, others: np.ndarray, windows: np.ndarray, steps: int) -> np.ndarray:
    """Better windows (p, 4) for float32 pictures (p, n, n) and `others` (p, n, n)."""
    import numpy as np

    windows = windows.astype(np.float32)
    for _ in range(steps):
        warped, inside = warp(others, windows)
        windows = _limited(windows + _step(pictures, warped, inside))
    return windows


def warp(others: np.ndarray, windows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The part of each that its window shows, (p, n, n), and where that lies inside, as 0 or 1."""
    n = others.shape[-1]
    across, inside_x = _taps(windows[:, 0], windows[:, 1], n)
    down, inside_y = _taps(windows[:, 2], windows[:, 3], n)
    return down @ others @ across.transpose(0, 2, 1), inside_y[:, :, None] * inside_x[:, None, :]


def correlation(pictures: np.ndarray, warped: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Of the pixels inside, (p,) in -1 to 1; 0 where too few are inside or one of the two is plain."""
    import numpy as np

    count = inside.sum(axis=(1, 2))
    share = np.maximum(count, 1)[:, None, None]
    a = (pictures - (pictures * inside).sum(axis=(1, 2), keepdims=True) / share) * inside
    b = (warped - (warped * inside).sum(axis=(1, 2), keepdims=True) / share) * inside
    spread = np.sqrt((a * a).sum(axis=(1, 2)) * (b * b).sum(axis=(1, 2)))
    enough = (count >= _LEAST_SHARE * inside[0].size) & (spread > np.maximum(count, 1))
    return np.where(enough, (a * b).sum(axis=(1, 2)) / np.maximum(spread, 1e-9), 0.0)


def _taps(offset: np.ndarray, scale: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Linear interpolation along one side as matrices (p, n, n), and which of the n places lie inside (p, n)."""
    import numpy as np

    centres = ((np.arange(n) + 0.5) / n).astype(np.float32)
    places = (centres * scale[:, None] + offset[:, None]) * n - 0.5
    inside = (places > -0.75) & (places < n - 0.25)
    held = np.clip(places, 0, n - 1)
    taps = np.maximum(0, 1 - np.abs(held[:, :, None] - np.arange(n, dtype=np.float32)))
    return taps, inside.astype(np.float32)


def _step(pictures: np.ndarray, warped: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """The change of windows (p, 4) that makes the difference smallest, were both pictures straight slopes."""
    import numpy as np

    p, n = len(warped), warped.shape[-1]
    centres = ((np.arange(n) + 0.5) / n).astype(np.float32)
    dy, dx = np.gradient(warped, 1 / n, axis=(1, 2))
    columns = [dx, dx * centres, dy, dy * centres[:, None], warped, np.ones_like(warped)]
    basis = np.stack([(column * inside).reshape(p, -1) for column in columns], axis=1)
    normal = basis @ basis.transpose(0, 2, 1)
    normal = normal + np.eye(6, dtype=np.float32) * (1e-4 * normal.diagonal(axis1=1, axis2=2) + 1e-3)[:, None, :]
    right = basis @ (pictures * inside).reshape(p, -1, 1)
    solved = np.linalg.solve(normal.astype(np.float64), right.astype(np.float64))[:, :, 0]
    gain = np.where(np.abs(solved[:, 4:5]) < 0.1, 0.1, solved[:, 4:5])
    return np.clip(solved[:, :4] / gain, -_MOST_STEP, _MOST_STEP).astype(np.float32)


def _limited(windows: np.ndarray) -> np.ndarray:
    import numpy as np

    low = [-MOST_OFFSET, LEAST_SCALE, -MOST_OFFSET, LEAST_SCALE]
    high = [MOST_OFFSET, MOST_SCALE, MOST_OFFSET, MOST_SCALE]
    limited: np.ndarray = np.clip(windows, np.asarray(low, np.float32), np.asarray(high, np.float32))
    return limited
