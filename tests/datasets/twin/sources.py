"""The sources of the published set: folders as in its image archive, and their share of the rows (card of LLaVA-CoT-100k)."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """`pattern` is filled with a number; `weight` is thousands of rows; `types` weighs choice, blank, description."""

    folder: str
    pattern: str
    weight: float
    types: tuple[int, int, int]
    abilities: tuple[str, ...]

    def image_path(self, number: int) -> str:
        return f"{self.folder}/{self.pattern.format(number)}"


_PHOTO, _CHART, _MATH = ("Recognition", "Spatial Awareness"), ("OCR", "Math"), ("Math", "Spatial Awareness")
SOURCES = (
    Source("coco", "train2017/{:012d}.jpg", 14.0, (3, 2, 5), _PHOTO),
    Source("sam", "images/sa_{}.jpg", 4.5, (2, 2, 6), _PHOTO),
    Source("gqa", "images/{}.jpg", 5.2, (4, 4, 2), _PHOTO),
    Source("ocr_vqa", "images/{}.jpg", 3.1, (2, 7, 1), ("OCR", "Knowledge")),
    Source("textvqa", "train_images/{:016x}.jpg", 2.2, (2, 7, 1), ("OCR", "Recognition")),
    Source("vg", "VG_100K/{}.jpg", 3.4, (3, 3, 4), _PHOTO),
    Source("llava", "llava_pretrain/images/{:09d}.jpg", 2.4, (2, 2, 6), _PHOTO),
    Source("share_textvqa", "images/{:016x}.jpg", 1.1, (2, 6, 2), ("OCR",)),
    Source("web-celebrity", "images/{}.jpg", 0.5, (4, 4, 2), ("Knowledge",)),
    Source("web-landmark", "images/{}.jpg", 0.5, (4, 3, 3), ("Knowledge",)),
    Source("wikiart", "images/{}.jpg", 0.5, (3, 2, 5), ("Knowledge", "Recognition")),
    Source("chartqa", "train/png/{}.png", 17.2, (3, 6, 1), _CHART),
    Source("ai2d", "abc_images/{}.png", 11.4, (8, 1, 1), ("Knowledge", "OCR")),
    Source("geoqa+", "images/{}.png", 11.4, (7, 3, 0), _MATH),
    Source("sqa", "train/{}/image.png", 5.6, (9, 1, 0), ("Knowledge",)),
    Source("docvqa", "documents/{}.png", 4.0, (1, 8, 1), ("OCR",)),
    Source("pisc", "image/{:05d}.jpg", 1.0, (6, 1, 3), _PHOTO),
    Source("CLEVR_v1.0", "images/train/CLEVR_train_{:06d}.png", 1.0, (1, 9, 0), _MATH),
)
_WEIGHTS = [source.weight for source in SOURCES]


def any_source(dice: random.Random) -> Source:
    return dice.choices(SOURCES, _WEIGHTS)[0]
