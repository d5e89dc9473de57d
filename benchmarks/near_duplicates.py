"""How long a base takes to be read into steering, how much memory, and how long a question is looked for in it.

    python benchmarks/near_duplicates.py --rows 120000

Questions are made from six forms with a hundred nouns, so that most share triples with very many others: a hard case.
"""

from __future__ import annotations

import argparse
import random
import resource
import time
from collections.abc import Iterator

from wethink_plugins.rows import Row
from wethink_plugins.synthesis.config import SynthesisConfig
from wethink_plugins.synthesis.steering import Steering
from wethink_plugins.synthesis.steering.near_duplicates import Asked, NearDuplicates

NOUNS = [
    f"{a}{b}"
    for a in "ka lo mi ne ru sa ti vo po ze".split()
    for b in "bel cor dan fir gum hol jin kep lan mos".split()
]
HEADS = (
    "In the image, ",
    "According to the picture, ",
    "Based on the chart shown, ",
    "",
    "Look at the image carefully. ",
    "If 3 more are added, ",
)
FORMS = (
    "how many {} {} are there next to the {} on the {} side of the {}?",
    "what is the color of the {} that is closest to the {} behind the {}?",
    "which of the {} has the largest {} when compared with the {} in 1990?",
    "why does the {} in the {} of the image look {} than the {}?",
    "what is the sum of the {} values for {} and {} in the year 2001?",
    "what is the main color of the {}?",
)  # fmt: skip
LOOKED_FOR = 2000


def question(rng: random.Random) -> str:
    return rng.choice(HEADS) + rng.choice(FORMS).format(*rng.choices(NOUNS, k=5))


def asked(number: int, rng: random.Random) -> Asked:
    return Asked(f"r{number}", (f"some/{number // 2}.jpg",), question(rng), rng.choice(NOUNS))


def rows(number: int, rng: random.Random) -> Iterator[Row]:
    for one in (asked(place, rng) for place in range(number)):
        yield Row(
            id=one.name, problem=one.question, answer=one.answer, category="fill_in_blank", question_type="fill_in_blank",
            abilities=("reasoning", rng.choice(("recognition", "ocr", "maths"))), image_path=one.images,
        )  # fmt: skip


def settings() -> SynthesisConfig:
    models = {"one": {"endpoints": [{"base_url": "http://127.0.0.1:1/v1", "model": "m"}]}}
    return SynthesisConfig.model_validate({"models": models, "roles": {}, "stages": ["describe"]})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=120_000)
    number = parser.parse_args().rows
    config, before = settings(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    steering = Steering(config, rows(number, random.Random(0)))
    read = time.process_time() - start
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    start = time.process_time()
    steering.first([f"image#{place}" for place in range(config.rounds.size)])
    plan = time.process_time() - start
    del steering
    index, rng = NearDuplicates(config.rounds.near_duplicate, config.rounds.repeats), random.Random(0)
    for place in range(number):
        index.add(asked(place, rng))
    new = [asked(number + place, rng) for place in range(LOOKED_FOR)]
    start = time.process_time()
    found = sum(index.found(one) is not None for one in new)
    looked = (time.process_time() - start) / LOOKED_FOR
    print(f"{number:,} rows: read in {read:.0f} s of CPU, {memory:.0f} MiB; the plan of a round {plan:.2f} s; "
          f"a question looked for in {1000 * looked:.2f} ms, {found} of {LOOKED_FOR} are near-duplicates")  # fmt: skip


if __name__ == "__main__":
    main()
