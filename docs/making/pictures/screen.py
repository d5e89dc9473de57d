"""A Chromium that shows a page, and pictures of parts of it."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image
from pictures.png import Box, save
from tests.servers import browser

WIDTH = 1168
"""Of the window, in the page's pixels: what the pages are laid out for, and their margins."""
SCALE = 1.2
"""Pixels of the picture to one of the page. With WIDTH: 1,402 wide."""
_FACES = "document.fonts.ready.then(() => true)"


class Screen:
    """One window in light colours. `show` a page, then `shoot` parts of it."""

    def __init__(self, folder: Path) -> None:
        self.browser = browser.Browser(folder, (WIDTH, 900))
        self.browser.dark(False)

    @staticmethod
    def executable() -> str | None:
        return browser.executable()

    def close(self) -> None:
        self.browser.close()

    def show(self, page: Path | str, size: tuple[int, int] = (WIDTH, 900)) -> None:
        """A file or an address; returns once it is drawn."""
        address = page.resolve().as_uri() if isinstance(page, Path) else page
        self.browser.resize(*size)
        self.browser.open(address)
        self.browser.until(f"location.href.startsWith({json.dumps(address)}) && document.readyState === 'complete'")
        self.browser.evaluate(_FACES)

    def shoot(self, target: Path, *boxes: Box, scale: float = SCALE) -> None:
        """The boxes, one below the other. Raises RuntimeError where the page's scripts failed."""
        if self.browser.faults:
            raise RuntimeError(f"the page raised {self.browser.faults}")
        save([self._part(box, scale) for box in boxes], target)

    def box(self, selector: str, last: str | None = None, margin: float = 24) -> Box:
        """As wide as the window, from above the first element to below the `last` one (without it: the same)."""
        top, _ = self._edges(selector)
        _, bottom = self._edges(last or selector)
        start = max(0.0, top - margin)
        return Box(0, start, self._width(), bottom + margin - start)

    def around(self, selector: str, margin: float = 12) -> Box:
        """The element and a margin."""
        left, right = self._edges(selector, "left", "right", "scrollX")
        top, bottom = self._edges(selector)
        return Box(left - margin, top - margin, right - left + 2 * margin, bottom - top + 2 * margin)

    def first(self, height: float) -> Box:
        """What is seen without scrolling."""
        return Box(0, 0, self._width(), height)

    def _edges(self, selector: str, start: str = "top", end: str = "bottom", by: str = "scrollY") -> Sequence[float]:
        found: Sequence[float] | None = self.browser.evaluate(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)}); if (!e) return null;"
            f" const b = e.getBoundingClientRect(); return [b.{start} + {by}, b.{end} + {by}]; }})()"
        )
        if found is None:
            raise RuntimeError(f"the page has no {selector}")
        return found

    def _width(self) -> float:
        return float(self.browser.evaluate("innerWidth"))

    def _part(self, box: Box, scale: float) -> Image.Image:
        clip: dict[str, Any] = {"x": box.x, "y": box.y, "width": box.width, "height": box.height, "scale": scale}
        reply = self.browser.send("Page.captureScreenshot", format="png", clip=clip, captureBeyondViewport=True)
        return Image.open(io.BytesIO(base64.b64decode(reply["data"]))).convert("RGB")
