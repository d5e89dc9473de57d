"""How many tokens an image takes in Qwen2-VL, Qwen2.5-VL and Qwen3-VL under EasyR1, from its width and height alone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from wethink_plugins.datasets.picture import LEAST_SIDE, MAX_RATIO
from wethink_plugins.errors import WeThinkError
from wethink_plugins.model_folder import read_json

# Of Qwen2VLImageProcessor (transformers 4.57), for a preprocessor_config.json that leaves them out.
_SHORTEST, _LONGEST, _PATCH, _MERGE = 56 * 56, 28 * 28 * 1280, 14, 2


@dataclass(frozen=True)
class ImageTokens:
    """`min_pixels` and `max_pixels` are the host's (EasyR1's data.min_pixels, data.max_pixels; None: no limit), the
    others the model's: `cell` is the side in pixels of the square that becomes one token."""

    min_pixels: int | None
    max_pixels: int | None
    cell: int
    fewest_pixels: int
    most_pixels: int

    @classmethod
    def of_model(cls, folder: Path, min_pixels: int | None, max_pixels: int | None) -> ImageTokens:
        """WeThinkError for a model of another family, whose images are counted in another way."""
        config = read_json(folder / "preprocessor_config.json")
        kind = str(config.get("image_processor_type", ""))
        if "Qwen2VLImageProcessor" not in kind:
            raise WeThinkError(
                f"image processor {kind or 'unknown'}: prompt lengths are known for Qwen2-VL, Qwen2.5-VL and Qwen3-VL",
                fix="leave out --model, and let EasyR1 filter (data.filter_overlong_prompts=true)",
                file=folder,
            )
        size = config.get("size") or {}
        return cls(
            min_pixels,
            max_pixels,
            int(config.get("patch_size") or _PATCH) * int(config.get("merge_size") or _MERGE),
            int(config.get("min_pixels") or size.get("shortest_edge") or _SHORTEST),
            int(config.get("max_pixels") or size.get("longest_edge") or _LONGEST),
        )

    def count(self, width: int, height: int) -> int:
        """Raises WeThinkError for an image that the processor would refuse."""
        width, height = self._by_host(width, height)
        if min(width, height) < LEAST_SIDE or max(width, height) > MAX_RATIO * min(width, height):
            raise WeThinkError(
                f"{width}x{height} pixels are too narrow for the model", fix="remove the row", defect="image_tiny"
            )
        columns, rows = self._cells(width, height)
        return columns * rows

    def _by_host(self, width: int, height: int) -> tuple[int, int]:
        """EasyR1 scales an image into its limits first, both sides rounded down (verl/utils/dataset.py)."""
        if self.max_pixels is not None and width * height > self.max_pixels:
            width, height = _scaled(width, height, self.max_pixels)
        if self.min_pixels is not None and width * height < self.min_pixels:
            width, height = _scaled(width, height, self.min_pixels)
        return width, height

    def _cells(self, width: int, height: int) -> tuple[int, int]:
        """The processor then takes whole cells, as near as it can, and scales again where those break its limits."""
        cells = [round(side / self.cell) for side in (width, height)]
        pixels = cells[0] * cells[1] * self.cell**2
        if pixels > self.most_pixels:
            shrink = math.sqrt(width * height / self.most_pixels)
            cells = [max(1, math.floor(side / shrink / self.cell)) for side in (width, height)]
        elif pixels < self.fewest_pixels:
            grow = math.sqrt(self.fewest_pixels / (width * height))
            cells = [math.ceil(side * grow / self.cell) for side in (width, height)]
        return cells[0], cells[1]


def _scaled(width: int, height: int, pixels: int) -> tuple[int, int]:
    factor = math.sqrt(pixels / (width * height))
    return int(width * factor), int(height * factor)
