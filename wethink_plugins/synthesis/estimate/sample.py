"""The sample: the first images of the run, through the pipeline for real.

A run's images are shuffled before it starts, so its first ones are a random sample of them. They are made in the run's
own folder, with the targets that they have in it: `wethink synth resume` goes on after them and pays nothing twice.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from wethink_plugins.errors import WeThinkError
from wethink_plugins.synthesis.estimate.interval import LEVEL
from wethink_plugins.synthesis.estimate.projection import projection
from wethink_plugins.synthesis.estimate.usage import image_uses
from wethink_plugins.synthesis.ledger import Ledger
from wethink_plugins.synthesis.records import ItemRecord
from wethink_plugins.synthesis.run import RunFolder

if TYPE_CHECKING:
    from wethink_plugins.synthesis.running.engine import Progress

IMAGES = 200
"""Enough for ±25% where an image's cost varies as much as its double mean; see `benchmarks/synthesis_estimate.py`."""


@dataclass(frozen=True)
class Sample:
    """`cpu_seconds` of this process for `made` items; `stopped`: why it ended early, empty where it did not."""

    items: list[ItemRecord]
    images: int
    made: int
    cpu_seconds: float
    stopped: str


def take(run: RunFolder, ledger: Ledger, images: int, observe: Callable[[Progress], None] = lambda _: None) -> Sample:
    """Makes what is missing of the first `images` images. Those that were made before cost nothing."""
    from wethink_plugins.synthesis.running.engine import Engine

    per_image = run.config.questions_per_image
    total = ledger.image_count()
    first = min(images, total) * per_image
    before, cpu = len(ledger.done()), time.process_time()
    engine = Engine(run, ledger, lambda progress: observe(replace(progress, total=first)), first)
    progress = asyncio.run(engine.work())
    items = _whole_images(settled(ledger, first), per_image)
    return Sample(items, total, progress.ended - before, time.process_time() - cpu, progress.stopped)


def settled(ledger: Ledger, stop: int) -> list[ItemRecord]:
    """Items before number `stop`; near-duplicates of closed rounds count as rejected."""
    late = {item for record in ledger.rounds() for item in record.duplicates}
    return [
        item.model_copy(update={"status": "rejected", "reason": "near_duplicate"}) if item.item in late else item
        for item in ledger.items(0, stop)
    ]


def estimate(run: RunFolder, sample: Sample, images: int | None = None, level: float = LEVEL) -> dict[str, Any]:
    """`projection` of the sample; `images`: of the whole run, where it will have more than the folder lists now.

    WeThinkError where no image was finished.
    """
    if not sample.items:
        why = sample.stopped or "no image was finished"
        raise WeThinkError(why, fix="raise the limit, or check the servers", file=run.folder)
    total = max(images or sample.images, len({item.draft.image.id for item in sample.items}))
    found = projection(image_uses(sample.items, run.config, run.calls), total, run.config, level)
    found["run"], found["stopped"] = str(run.folder), sample.stopped
    if sample.made:
        cpu = sample.cpu_seconds / sample.made * run.config.questions_per_image * total
        found["time"].append({"limit": "this process: one core", "value": cpu, "low": None, "high": None})
        found["time"].sort(key=lambda one: -(one["value"] or 0.0))
    found["notes"] += _notes(sample)
    return found


def _whole_images(items: Sequence[ItemRecord], per_image: int) -> list[ItemRecord]:
    """Without images of which an item is missing, and what comes after the first of them.

    Cheap items end first: to take all that have ended when a limit stopped the sample would choose the cheap ones.
    """
    kept: list[ItemRecord] = []
    for start in range(0, len(items), per_image):
        some = items[start : start + per_image]
        if [item.number for item in some] != list(range(start, start + per_image)):
            break
        kept += some
    return kept


def _notes(sample: Sample) -> list[str]:
    notes = []
    if sample.stopped:
        notes.append(f"the sample was stopped ({sample.stopped}); the figures rest on the images before that")
    failed = sum(item.reason == "failed" for item in sample.items)
    if failed:
        notes.append(f"{failed} items had no reply: what the servers cost when they work isn't known for them")
    passed = any(item.status == "passed" for item in sample.items)
    if passed and not any(item.reason == "near_duplicate" for item in sample.items):
        notes.append("near-duplicates are found when a round ends, and grow with the set: rows leave them out")
    return notes
