"""Write the demo's rows in the WeThink format, their pictures, and the scenes behind them.

    python recipes/cpu/dataset.py --out runs/demo/data --seed 0

`warm.jsonl`     what the imperfect teacher wrote; for supervised fine-tuning
`train.jsonl`    verified answers, no chain of thought; for GRPO
`val.jsonl`, `test.jsonl`   verified answers about held-out scenes, every (count, shape, colour) equally often
`teacher.jsonl`  the teacher's answers to the test items, for `checker.py`
`scenes.json`    id -> family and scene of every row
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path

from families import FAMILIES, Family, chain_of_thought
from scenes import Scene, assert_disjoint, group_by_stratum, render, split_scenes
from teacher import assistant_text, teacher_answer, well_formed

HELD_OUT_SEED = 7
"""Test and validation items are the same for every run seed."""


@dataclasses.dataclass(frozen=True)
class Sizes:
    """Rows per family; a multiple of 64 is balanced over all answers.

    In `train` the seeing families, which have little to learn, weigh as much as the others: with half the weight,
    some of the questions for a count came to be answered by a description.
    """

    warm: int = 512
    train: int = 192
    val: int = 16
    test: int = 128


SMALL = Sizes(warm=32, train=12, val=2, test=4)
Item = tuple[Family, Scene]
MakeRow = Callable[[str, Item, random.Random], dict[str, object]]


def draw_scenes(scenes: list[Scene], rng: random.Random) -> Iterator[Scene]:
    """Yield scenes for ever; (count, shape, colour) cycles in shuffled order, and so do the scenes within each."""
    strata = list(group_by_stratum(scenes).values())
    for group in strata:
        rng.shuffle(group)
    turn = 0
    while True:
        rng.shuffle(strata)
        yield from (group[turn % len(group)] for group in strata)
        turn += 1


def make_items(scenes: list[Scene], per_family: dict[str, int], rng: random.Random) -> list[Item]:
    """Draw `per_family` scenes for each family; items of all families are shuffled together."""
    items = []
    for name, number in per_family.items():
        stream = draw_scenes(scenes, rng)
        items += [(FAMILIES[name], next(stream)) for _ in range(number)]
    rng.shuffle(items)
    return items


def make_row(row_id: str, family: Family, answer: str, cot: str = "") -> dict[str, object]:
    """Return one WeThink row; `image_path` is relative to the folder of the row's file."""
    return {
        "id": row_id,
        "problem": family.problem,
        "answer": answer,
        "category": family.question_type,
        "abilities": ["reasoning", *family.abilities] if family.kind == "thinking" else list(family.abilities),
        "refined_cot": cot,
        "image_path": f"images/{row_id}.png",
        "reward": "model" if family.question_type == "descriptive" else "rule",
    }


def verified_row(row_id: str, item: Item, rng: random.Random) -> dict[str, object]:
    """Return a row with the right answer and no chain of thought."""
    family, scene = item
    return make_row(row_id, family, family.gold(scene))


def teacher_row(row_id: str, item: Item, rng: random.Random) -> dict[str, object]:
    """Return a row as the teacher wrote it; the key `response` is there only if its text is malformed."""
    family, scene = item
    cot, answer = chain_of_thought(scene), teacher_answer(family, scene, rng)
    row = make_row(row_id, family, answer, cot)
    text = assistant_text(cot, answer, rng)
    return row if text == well_formed(cot, answer) else {**row, "response": text}


def prediction_row(row_id: str, item: Item, **responses: str) -> dict[str, object]:
    """Return a line of a predictions file: what `checker.py` needs, and one raw response for each stage."""
    family, scene = item
    facts = {"id": row_id, "family": family.name, "question_type": family.question_type, "gold": family.gold(scene)}
    return {**facts, "scene": dataclasses.asdict(scene), **responses}


def write_lines(path: Path, rows: list[dict[str, object]]) -> None:
    """Write JSON lines."""
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def plan_files(sizes: Sizes) -> dict[str, tuple[str, dict[str, int], MakeRow]]:
    """Return for each file: the split that it draws scenes from, its rows per family, and what makes a row."""
    return {
        "warm": ("train", dict.fromkeys(FAMILIES, sizes.warm), teacher_row),
        "train": ("train", dict.fromkeys(FAMILIES, sizes.train), verified_row),
        "val": ("val", dict.fromkeys(FAMILIES, sizes.val), verified_row),
        "test": ("test", dict.fromkeys(FAMILIES, sizes.test), verified_row),
    }


def write_rows(out: Path, name: str, items: dict[str, Item], make: MakeRow, rng: random.Random) -> None:
    """Write one file of rows and its pictures."""
    write_lines(out / f"{name}.jsonl", [make(row_id, item, rng) for row_id, item in items.items()])
    for row_id, (_, scene) in items.items():
        render(scene, rng).save(out / "images" / f"{row_id}.png", compress_level=1)


def write_teacher_predictions(path: Path, items: dict[str, Item], seed: int) -> None:
    """Let the teacher answer the items in good form, so that its accuracy counts its slips only."""
    rng, rows = random.Random(f"teacher {seed}"), []
    for row_id, (family, scene) in items.items():
        answer = teacher_answer(family, scene, rng)
        rows.append(prediction_row(row_id, (family, scene), teacher=well_formed(chain_of_thought(scene), answer)))
    write_lines(path, rows)


def write_scenes(path: Path, items: dict[str, Item]) -> None:
    """Write what is behind every row, by its id."""
    scenes = {row_id: {"family": family.name, **dataclasses.asdict(scene)} for row_id, (family, scene) in items.items()}
    path.write_text(json.dumps(scenes), encoding="utf-8")


def write_dataset(out: Path, seed: int, sizes: Sizes) -> dict[str, int]:
    """Write all files and return the number of rows of each; the same seed gives the same bytes."""
    split = split_scenes()
    assert_disjoint(split)
    (out / "images").mkdir(parents=True, exist_ok=True)
    files: dict[str, dict[str, Item]] = {}
    for name, (part, per_family, make) in plan_files(sizes).items():
        rng = random.Random(f"{name} {seed if part == 'train' else HELD_OUT_SEED}")
        items = make_items(split[part], per_family, rng)
        files[name] = {f"{name}-{index:05d}-{item[0].name}": item for index, item in enumerate(items)}
        write_rows(out, name, files[name], make, rng)
    write_teacher_predictions(out / "teacher.jsonl", files["test"], seed)
    write_scenes(out / "scenes.json", {row_id: item for items in files.values() for row_id, item in items.items()})
    return {name: len(items) for name, items in files.items()}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--small", action="store_true", help="a few rows of everything, for tests")
    arguments = parser.parse_args()
    counts = write_dataset(arguments.out, arguments.seed, SMALL if arguments.small else Sizes())
    print(f"wrote {arguments.out}: " + ", ".join(f"{name} {number}" for name, number in counts.items()))


if __name__ == "__main__":
    main()
