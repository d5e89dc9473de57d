"""`python -m tests.datasets.twin`: writes the twin into a folder."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

from tests.datasets.twin.build import make_twin


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.datasets.twin", description=__doc__)
    parser.add_argument("--rows", type=int, default=120_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True, help="a new folder")
    parser.add_argument("--parts", action="store_true", help="write the images as image.zip.part-aa to -ap, too")
    words = parser.parse_args()
    twin = make_twin(words.out, words.rows, words.seed, parts=words.parts)
    planted = Counter(twin.defects.values())
    print(f"{twin.file}: {words.rows} rows, {sum(planted.values())} with something planted, see {twin.key}")
    for name, rows in sorted(planted.items()):
        print(f"  {name} {rows}")


if __name__ == "__main__":
    main()
