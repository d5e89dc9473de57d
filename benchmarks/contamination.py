"""How well copies of benchmark pictures are found, and what a search over 100,000 x 50,000 pictures takes.

    python benchmarks/contamination_pictures.py photographs       # gets them: apt-get, pip
    python benchmarks/contamination.py photographs
    python benchmarks/contamination_pictures.py unseen --unseen && python benchmarks/contamination.py unseen
    python benchmarks/contamination.py --scale 100000 50000

Every second picture is in the benchmark. Training pictures are transformed copies of all: those of the others must
match nothing. The pictures are halved by photograph. The threshold that is shipped was settled with both halves of
the first set in view, so neither is an untouched test; the second set (`--unseen`) is one. A false match is a training picture
that matches a benchmark picture it wasn't made from. With
ImageHash installed its pHash is measured beside it (whole pictures, as they are and mirrored, the largest radius with
at most 1% of false matches on that same half, so with the best threshold it could have).
"""

from __future__ import annotations

import argparse
import importlib.util
import io
import os
import random
import resource
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from contamination_pictures import TRANSFORMS, Picture, copy_of, drawings, original, photographs
from PIL import Image, ImageOps

from wethink_plugins.datasets.contamination.fingerprint import SIZE, VIEWS, fingerprint
from wethink_plugins.datasets.contamination.search import candidates
from wethink_plugins.datasets.contamination.verify import THRESHOLD, verified

OUTSIDE = 4  # transforms of each picture that isn't in the benchmark
PLANTED = 2000


@dataclass
class Trial:
    """`truth`: for each copy the benchmark picture that it was made from, or -1. `found`: its pairs with likenesses."""

    bench: list[bytes] = field(default_factory=list)
    copies: list[bytes] = field(default_factory=list)
    truth: list[int] = field(default_factory=list)
    transforms: list[str] = field(default_factory=list)
    found: list[list[tuple[int, float]]] = field(default_factory=list)

    def add(self, picture: Picture, inside: bool, dice: random.Random) -> None:
        names = list(TRANSFORMS) if inside else dice.sample(list(TRANSFORMS), OUTSIDE)
        if inside:
            self.bench.append(original(picture))
        for name in names:
            self.copies.append(copy_of(picture, name, dice))
            self.truth.append(len(self.bench) - 1 if inside else -1)
            self.transforms.append(name)

    def run(self) -> float:
        """Seconds of CPU."""
        start = time.process_time()
        ours, theirs = ([fingerprint(one) for one in side] for side in (self.copies, self.bench))
        pairs = candidates(np.stack([one.views for one in ours]), np.stack([one.views for one in theirs]))
        thumbs = [np.stack([one.thumb for one in side]) for side in (ours, theirs)]
        self.found = [[] for _ in self.copies]
        for copy in verified(pairs, *thumbs, self.copies.__getitem__, self.bench.__getitem__, least=0.05):
            self.found[copy.train].append((copy.bench, copy.likeness))
        return time.process_time() - start

    def false_rate(self, least: float) -> float:
        return sum(self._is_false(i, least) for i in range(len(self.copies))) / len(self.copies)

    def false_outside(self, least: float) -> float:
        outside = [i for i, truth in enumerate(self.truth) if truth < 0]
        return sum(self._is_false(i, least) for i in outside) / len(outside)

    def recall(self, least: float, transform: str | None = None) -> float:
        mine = [i for i, truth in enumerate(self.truth) if truth >= 0 and transform in (None, self.transforms[i])]
        hit = [any(place == self.truth[i] and like >= least for place, like in self.found[i]) for i in mine]
        return sum(hit) / len(hit)

    def least_with_few_false(self, most: float) -> float:
        return next(step / 100 for step in range(5, 100) if self.false_rate(step / 100) <= most)

    def _is_false(self, i: int, least: float) -> bool:
        return any(place != self.truth[i] and like >= least for place, like in self.found[i])


def trial(pictures: Sequence[Picture], seed: int) -> Trial:
    dice, made = random.Random(seed), Trial()
    for place, picture in enumerate(pictures):
        made.add(picture, place % 2 == 0, dice)
    return made


def phash_found(made: Trial) -> Trial:
    """The same copies, found by ImageHash's pHash; likeness 1 - distance / 64."""
    import imagehash

    def hashed(data: bytes, mirror: bool = False) -> np.ndarray:
        with Image.open(io.BytesIO(data)) as picture:
            return imagehash.phash(ImageOps.mirror(picture) if mirror else picture).hash.ravel()

    theirs = np.stack([hashed(one) for one in made.bench])
    peer = Trial(made.bench, made.copies, made.truth, made.transforms)
    for data in made.copies:
        distance = np.minimum(*((theirs != hashed(data, mirror)).sum(axis=1) for mirror in (False, True)))
        peer.found.append([(place, 1 - steps / 64) for place, steps in enumerate(distance) if steps < 60])
    return peer


def measure(folder: Path, each: int) -> None:
    halves: tuple[list[Picture], list[Picture]] = ([], [])
    names: dict[str, int] = {}
    for name, picture in photographs(folder):
        halves[names.setdefault(name.rpartition("-")[0], len(names)) % 2].append(picture)
    print(f"{len(names)} photographs, {sum(map(len, halves))} parts of them", flush=True)
    first, second = (trial(half, seed) for seed, half in enumerate(halves))
    seconds = first.run() + second.run()
    columns = {f"photographs, {THRESHOLD}": (second, THRESHOLD)}
    if importlib.util.find_spec("imagehash"):
        peer = phash_found(second)
        least = peer.least_with_few_false(0.01)
        columns[f"pHash, radius {int(64 - 64 * least)}"] = (peer, least)
    if each:
        charts = trial([picture for _, picture in drawings(each)], 2)
        seconds += charts.run()
        columns[f"charts and pages, {THRESHOLD}"] = (charts, THRESHOLD)
    curve({"first half": first, "second half": second} | ({"charts and pages": charts} if each else {}))
    show(columns)
    count = sum(len(one.copies) + len(one.bench) for one in (first, second))
    print(f"\n{seconds:.0f} s of CPU for all pictures ({count} of photographs)")


def curve(trials: dict[str, Trial]) -> None:
    """What other thresholds would give, on each half."""
    print(f"\n| threshold | {' | '.join(f'{name}: recall, false' for name in trials)} |\n|---|{'---|' * len(trials)}")
    for least in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
        cells = (f"{made.recall(least):.1%}, {made.false_rate(least):.2%}" for made in trials.values())
        print(f"| {least} | {' | '.join(cells)} |")


def show(columns: dict[str, tuple[Trial, float]]) -> None:
    print(f"\n| recall | {' | '.join(columns)} |\n|---|{'---|' * len(columns)}")
    for name in (*TRANSFORMS, None):
        print(
            f"| {name or '**all**'} | {' | '.join(f'{made.recall(least, name):.1%}' for made, least in columns.values())} |"
        )
    for title, rate in (("false matches, all", Trial.false_rate), ("… of pictures not in it", Trial.false_outside)):
        print(f"| {title} | {' | '.join(f'{rate(made, least):.2%}' for made, least in columns.values())} |")
    print(
        f"| training / benchmark pictures | {' | '.join(f'{len(m.copies)} / {len(m.bench)}' for m, _ in columns.values())} |"
    )


def scale(train: int, bench: int) -> None:
    """Random fingerprints, some of the training ones near a benchmark one (likeness about 0.8)."""
    dice = np.random.default_rng(0)
    theirs, ours = made_up(dice, bench), made_up(dice, train)
    rows, places = dice.choice(train, PLANTED, replace=False), dice.choice(bench, PLANTED)
    noise = made_up(dice, PLANTED).astype(np.float32)
    ours[rows] = np.clip(np.rint(0.8 * theirs[places] + 0.6 * noise), -127, 127).astype(np.int8)
    before, start, used = peak_mib(), time.monotonic(), time.process_time()
    pairs = candidates(ours, theirs)
    found = set(zip(pairs.train.tolist(), pairs.bench.tolist(), strict=True))
    hit = sum(pair in found for pair in zip(rows.tolist(), places.tolist(), strict=True))
    print(
        "| training | benchmark | wall s | CPU s | peak MiB (before) | planted found | other pairs |\n|---|---|---|---|---|---|---|"
    )
    cost = f"{time.monotonic() - start:.0f} | {time.process_time() - used:.0f} | {peak_mib():.0f} ({before:.0f})"
    print(f"| {train:,} | {bench:,} | {cost} | {hit / PLANTED:.1%} | {len(found) - hit} |")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")


def made_up(dice: np.random.Generator, count: int) -> np.ndarray:
    """Views (count, VIEWS, SIZE) in int8; those of a picture are alike, as views are."""
    whole = dice.standard_normal((count, 1, SIZE), dtype=np.float32)
    views = whole + 0.4 * dice.standard_normal((count, VIEWS, SIZE), dtype=np.float32)
    views[:, :1] = whole
    return np.clip(np.rint(views / np.linalg.norm(views, axis=2, keepdims=True) * 256), -127, 127).astype(np.int8)


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photographs", type=Path, nargs="?", help="folder of photographs")
    parser.add_argument("--drawings", type=int, default=20, help="of each kind of chart and page")
    parser.add_argument("--scale", type=int, nargs=2, metavar=("TRAINING", "BENCHMARK"))
    arguments = parser.parse_args()
    if arguments.photographs:
        measure(arguments.photographs, arguments.drawings)
    if arguments.scale:
        scale(*arguments.scale)


if __name__ == "__main__":
    main()
