"""From what the images of a sample used to what all of them will, and what the sample is too small to say."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from operator import attrgetter
from typing import Any

from wethink_plugins.synthesis.config import SynthesisConfig
from wethink_plugins.synthesis.estimate.interval import (
    FEWEST_IMAGES,
    LEVEL,
    Interval,
    images_for,
    mean_interval,
    ratio_interval,
    share_interval,
)
from wethink_plugins.synthesis.estimate.usage import ImageUse, Use

MEASURES = ("calls", "prompt_tokens", "completion_tokens", "usd")
HALF_WIDTH = 0.25
"""What an estimate should be good for; a wider one says how many images would do (chosen)."""
_LARGE_SHARE = 0.2


def projection(uses: Sequence[ImageUse], images: int, config: SynthesisConfig, level: float = LEVEL) -> dict[str, Any]:
    """Plain values. An interval is {value, low, high}; ends are None where the sample is too small for them.

    `uses`: a random sample of the `images` that the run will take; what each of them used.
    """
    unpriced = [name for name, model in config.models.items() if model.endpoints[0].usd_per_million is None]
    totals = [use.total for use in uses]
    whole = {name: _whole((getattr(use, name) for use in totals), images, level) for name in MEASURES}
    whole["tokens"] = _whole((use.tokens for use in totals), images, level)
    accepted = [use.accepted for use in uses]
    whole["accept_rate"] = share_interval(accepted, [use.items for use in uses], images, level)
    whole["rows"] = _rows(uses, whole["accept_rate"], images, level)
    whole["usd_per_row"] = ratio_interval([use.usd for use in totals], accepted, images, level)
    time = _time(uses, images, config, level)
    if time:
        whole["seconds"] = time[0][1]
    found = {
        "images": images,
        "level": level,
        "sample": {
            "images": len(uses), "items": sum(use.items for use in uses), "accepted": sum(accepted),
            "usd": math.fsum(use.usd for use in totals), "tokens": sum(use.tokens for use in totals),
        },
        "total": {name: _plain(value) for name, value in whole.items()},
        "stages": _stages(uses, images, config, level),
        "time": [{"limit": name, **_plain(value)} for name, value in time],
        "unpriced": unpriced,
    }  # fmt: skip
    return {**found, "notes": _notes(found, uses, unpriced, images)}


def _whole(values: Iterable[float], images: int, level: float) -> Interval:
    return mean_interval(list(values), images, level).times(images)


def _rows(uses: Sequence[ImageUse], rate: Interval, images: int, level: float) -> Interval:
    """By the accept rate: its interval holds for few and for none, where that of a mean does not."""
    items = sum(use.items for use in uses) / len(uses) * images if uses else 0.0
    return rate.times(items)


def _stages(uses: Sequence[ImageUse], images: int, config: SynthesisConfig, level: float) -> dict[str, Any]:
    """Those that made calls; in the pipeline's order, stages of the user's own, whose names the YAML doesn't have, last."""
    order = {settings.stage: place for place, settings in enumerate(config.stages)}
    found = {}
    for name in sorted({name for use in uses for name in use.stages}, key=lambda name: (order.get(name, 99), name)):
        of_images = [use.stages.get(name, Use()) for use in uses]
        found[name] = {
            "images": sum(use.calls > 0 for use in of_images),
            **{
                measure: _plain(_whole((getattr(use, measure) for use in of_images), images, level))
                for measure in (*MEASURES, "tokens")
            },
            "busy_seconds": _plain(_whole((use.seconds for use in of_images), images, level)),
        }
    return found


def _time(uses: Sequence[ImageUse], images: int, config: SynthesisConfig, level: float) -> list[tuple[str, Interval]]:
    """Seconds that each limit asks for, the longest first: a model's calls at once, its requests and tokens a minute."""
    found = []
    for name, model in config.models.items():
        of_images = [use.models.get(name, Use()) for use in uses]
        rate = model.rate
        for limit, value, a_second in (
            ("calls at once", attrgetter("seconds"), float(model.endpoints[0].max_concurrency)),
            ("requests a minute", attrgetter("calls"), (rate.requests_per_minute or 0) / 60),
            ("tokens a minute", attrgetter("tokens"), (rate.tokens_per_minute or 0) / 60),
        ):
            if a_second and any(use.calls for use in of_images):
                found.append((f"{name}: {limit}", _whole(map(value, of_images), images, level).times(1 / a_second)))
    return sorted(found, key=lambda one: -one[1].value)


def _plain(interval: Interval) -> dict[str, float | None]:
    return {name: None if end is None or math.isnan(end) else end for name, end in asdict(interval).items()}


def _notes(found: Mapping[str, Any], uses: Sequence[ImageUse], unpriced: Sequence[str], images: int) -> list[str]:
    """What a reader must know before believing the figures."""
    notes = []
    what = "tokens" if unpriced else "usd"
    values = [use.total.tokens if unpriced else use.total.usd for use in uses]
    if len(uses) < min(FEWEST_IMAGES, images):
        notes.append(f"{len(uses)} images are too few for any interval: take at least {FEWEST_IMAGES}")
    elif (half := _half_width(found["total"][what])) is not None and half > HALF_WIDTH:
        needed = images_for(values, HALF_WIDTH, images)
        notes.append(f"{what} is known to ±{half:.0%} only; ±{HALF_WIDTH:.0%} takes about {needed} images")
    if uses and max(values) > _LARGE_SHARE * sum(values):
        notes.append(f"one image alone made {max(values) / sum(values):.0%} of the {what}: there may be more like it")
    if unpriced:
        notes.append(f"no prices: {', '.join(unpriced)}; their cost is missing in usd")
    few = [name for name, stage in found["stages"].items() if stage["calls"]["low"] is None and len(uses) < images]
    if few and len(uses) >= FEWEST_IMAGES:
        notes.append(f"too few images came to {', '.join(few)} for intervals there")
    if not found["sample"]["accepted"]:
        notes.append("nothing was accepted: look at `wethink synth report` before the whole run")
    return notes


def _half_width(interval: Mapping[str, float | None]) -> float | None:
    return Interval(interval["value"] or 0.0, interval["low"], interval["high"]).half_width
