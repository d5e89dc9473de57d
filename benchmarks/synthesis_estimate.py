"""Does the estimate's 90% interval hold the true cost? `python benchmarks/synthesis_estimate.py [--images 1500] [--run DIR]`.

One run of the real pipeline over so many pictures, against a model server whose replies have heavy-tailed lengths and
numbers of turns, gives what each image really costs, and what all of them cost together. Then a sample of these images is
drawn 200 times for each size, and `wethink synth estimate`'s own code makes its interval of each. Printed for each size and
measure: in how many of 200 the interval holds the truth, and its half width; beside the interval that is used (Hall's) a
plain t interval and a bootstrap-t of the same samples. The same for costs that are made heavier-tailed still, and for a set
so large that the sample is a vanishing share of it (drawn from the images with replacement).

`--run`: a folder for the run; one that is there already is used again.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import random
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import fmean, median, stdev

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.servers.server import ModelServer
from tests.synthesis.costly_run import pictures, settings
from wethink_plugins.synthesis.config import SynthesisConfig
from wethink_plugins.synthesis.estimate.interval import LEVEL, Interval, mean_interval, t_quantile
from wethink_plugins.synthesis.estimate.projection import projection
from wethink_plugins.synthesis.estimate.sample import IMAGES, settled
from wethink_plugins.synthesis.estimate.usage import ImageUse, image_uses
from wethink_plugins.synthesis.run import RunFolder
from wethink_plugins.synthesis.running.engine import Engine
from wethink_plugins.synthesis.running.start import start

SIZES = (50, 100, 200, 400)
SIMULATED = 200
RESAMPLES = 399


def scripted_run(folder: Path, images: int) -> RunFolder:
    """Finished; one that was begun goes on."""
    with ModelServer(reply="tests.synthesis.costly:reply", log=False) as server:
        if not (folder / "run.json").exists():
            values = settings(server, pictures(folder / "images", images), rounds={"size": 256, "near_duplicate": 1})
            for model in values["models"].values():
                model["endpoints"][0]["identity"] = model["endpoints"][0]["model"]
            RunFolder.create(folder, SynthesisConfig.model_validate(values))
        run = RunFolder.open(folder)
        for model in run.config.models.values():  # the server has another port each time; its identity stays
            object.__setattr__(model.endpoints[0], "base_url", server.base_url)
        done = asyncio.run(Engine(run, start(run)).work())
        if done.stopped:
            raise SystemExit(f"the run was stopped: {done.stopped}")
    return run


def t_interval(values: Sequence[float], population: int) -> Interval:
    n, mean = len(values), fmean(values)
    half = stdev(values) / math.sqrt(n) * math.sqrt(1 - n / population) * t_quantile((1 + LEVEL) / 2, n - 1)
    return Interval(mean, mean - half, mean + half)


def bootstrap_t(values: Sequence[float], population: int, draw: random.Random) -> Interval:
    n, mean = len(values), fmean(values)
    error = stdev(values) / math.sqrt(n)
    found = []
    for _ in range(RESAMPLES):
        again = draw.choices(values, k=n)
        spread = stdev(again)
        found.append((fmean(again) - mean) / (spread / math.sqrt(n)) if spread else 0.0)
    found.sort()
    low, high = found[int((1 - LEVEL) / 2 * RESAMPLES)], found[int((1 + LEVEL) / 2 * RESAMPLES)]
    error *= math.sqrt(1 - n / population)
    return Interval(mean, mean - error * high, mean - error * low)


def simulate(
    costs: Sequence[float], size: int, whole: int | None, seed: int, rule: Callable[..., Interval], *more: object
) -> tuple[float, float, float]:
    """(share that holds the truth, median half width, share of half widths of at most a quarter)."""
    draw, truth = random.Random(seed), fmean(costs)
    held, widths = 0, []
    for _ in range(SIMULATED):
        sample = draw.choices(costs, k=size) if whole else draw.sample(costs, size)
        found = rule(sample, whole or len(costs), *more)
        if found.low is None or found.high is None:
            continue
        held += found.low <= truth <= found.high
        widths.append(found.half_width or 0.0)
    if not widths:
        return math.nan, math.nan, math.nan
    return held / len(widths), median(widths), fmean(width <= 0.25 for width in widths)


def table(name: str, costs: Sequence[float], whole: int | None, sizes: Sequence[int], peers: bool) -> None:
    cv = stdev(costs) / fmean(costs)
    skew = fmean(((cost - fmean(costs)) / stdev(costs)) ** 3 for cost in costs)
    print(f"\n{name}: an image's cost varies by {cv:.2f} of its mean, skewness {skew:.1f}")
    print(
        "| images | interval holds it | median half width | half width <= 25% |"
        + (" t | bootstrap-t |" if peers else "")
    )
    print("|---|---|---|---|" + ("---|---|" if peers else ""))
    for size in sizes:
        held, width, narrow = simulate(costs, size, whole, size, mean_interval)
        line = f"| {size} | {held:.1%} | {width:.1%} | {narrow:.0%} |"
        if peers:
            line += f" {simulate(costs, size, whole, size, t_interval)[0]:.1%} |"
            line += f" {simulate(costs, size, whole, size, bootstrap_t, random.Random(0))[0]:.1%} |"
        print(line, flush=True)


def by_measure(uses: Sequence[ImageUse], config: SynthesisConfig, size: int) -> None:
    """The whole projection, as the verb makes it, for the measures that it prints."""
    truth = projection(uses, len(uses), config)["total"]
    held: dict[str, list[bool]] = {}
    widths: dict[str, list[float]] = {}
    draw = random.Random(size)
    for _ in range(SIMULATED):
        for name, found in projection(draw.sample(list(uses), size), len(uses), config)["total"].items():
            if found["low"] is not None:
                held.setdefault(name, []).append(found["low"] <= truth[name]["value"] <= found["high"])
                widths.setdefault(name, []).append((found["high"] - found["low"]) / 2 / found["value"])
    print(f"\nall measures, {size} of {len(uses)} images, {SIMULATED} times")
    print("| measure | truth | interval holds it | median half width | given |")
    print("|---|---|---|---|---|")
    for name, hits in held.items():
        print(
            f"| {name} | {truth[name]['value']:,.4g} | {fmean(hits):.1%} | {median(widths[name]):.1%} | "
            f"{len(hits)} of {SIMULATED} |"
        )


def first_images(uses: Sequence[ImageUse], config: SynthesisConfig, sizes: Sequence[int]) -> None:
    """What the verb itself would have said: its sample is the run's first images, and the run was steered after them."""
    truth = projection(uses, len(uses), config)["total"]
    print("\nthe run's own first images, as the verb takes them")
    print("| images | dollars said | interval | dollars paid | rows said | interval | rows made |")
    print("|---|---|---|---|---|---|---|")
    for size in sizes:
        said = projection(uses[:size], len(uses), config)["total"]
        usd, rows = said["usd"], said["rows"]
        print(
            f"| {size} | {usd['value']:.2f} | {usd['low']:.2f} to {usd['high']:.2f} | {truth['usd']['value']:.2f} "
            f"| {rows['value']:.0f} | {rows['low']:.0f} to {rows['high']:.0f} | {truth['rows']['value']:.0f} |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=1500)
    parser.add_argument("--run", type=Path, default=None)
    arguments = parser.parse_args()
    folder = arguments.run or Path(tempfile.mkdtemp(prefix="wethink-estimate-"))
    run = scripted_run(folder, arguments.images)
    ledger = run.ledger(reads_only=True)
    items = settled(ledger, ledger.image_count())
    uses = image_uses(items, run.config, run.calls)
    costs = [use.total.usd for use in uses]
    accepted = sum(use.accepted for use in uses)
    print(
        f"{len(uses)} images, {sum(use.total.calls for use in uses):,.0f} calls, ${sum(costs):.2f}, {accepted} accepted"
    )
    sizes = [size for size in SIZES if size < len(costs) / 2]
    table("the run as it was", costs, None, sizes, peers=True)
    table("of ten million such images", costs, 10_000_000, sizes, peers=False)
    draw = random.Random(1)
    for sigma in (0.5, 1.0):
        heavier = [cost * draw.lognormvariate(0, sigma) for cost in costs]
        table(
            f"each cost times a lognormal factor, sigma {sigma}, ten million", heavier, 10_000_000, sizes, peers=False
        )
    by_measure(uses, run.config, min(IMAGES, len(uses) // 2))
    first_images(uses, run.config, sizes)


if __name__ == "__main__":
    main()
