"""Rows of the study of an extended set: a thinned base, what `wethink synth run --extend` adds, and as many random ones.

    .venvs/grpo/bin/python recipes/cpu/extension_rows.py --run runs/demo

Writes into RUN/extension-rows: `base.jsonl`, `extended.jsonl` (base and added), `random.jsonl` (base and as many others),
`images/`, both runs of the pipeline, and `rows.json` with what was made of what.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import yaml
from dataset import draw_scenes, write_lines
from extension_models import abilities_of, reply_to, scenes_by_pixels, served
from families import FAMILIES, THINKING
from scenes import Scene, render, split_scenes

FOLDER = "extension-rows"
COMMON = dict.fromkeys(("count", "colour", "shape", "describe", "more", "double", "empty"), 64)
THIN = dict.fromkeys(("fruit", "thing", "corners", "tell", "after"), 4)
NEW_SCENES, ROUND = 640, 64
REPEATS = 20
"""Rows of one question and one answer; the demo's questions have a fixed wording, so there must be many."""
STAGES = "describe dialogue merge ask screen check answer agree arbitrate refine classify".split()
SEES = ("describer", "vision_answerer", "arbiter", "refiner")
BLIND = ("reasoner", "checker", "text_answerer", "judge")
Row = dict[str, Any]


def thinned(rows: list[Row]) -> list[Row]:
    """The first rows of each family, in the order of the file."""
    left = {**COMMON, **THIN}
    kept = []
    for row in rows:
        family = row["id"].rsplit("-", 1)[-1]
        if left[family]:
            left[family] -= 1
            kept.append(row)
    return kept


def write_scenes(folder: Path, seed: int) -> dict[str, Scene]:
    """New pictures of training scenes, as a folder of images for the pipeline."""
    folder.mkdir(parents=True)
    rng = random.Random(f"extension {seed}")
    stream = draw_scenes(split_scenes()["train"], rng)
    scenes = {f"scene-{number:04d}.png": next(stream) for number in range(NEW_SCENES)}
    for name, scene in scenes.items():
        render(scene, rng).save(folder / name, compress_level=1)
    return scenes


def even_mix() -> dict[str, dict[str, float]]:
    """What is wanted: all thinking families alike."""
    return _mix({name: 1.0 for name in THINKING})


def own_mix(base: list[Row]) -> dict[str, dict[str, float]]:
    """What comes without steering: more of what there is."""
    families = Counter(row["id"].rsplit("-", 1)[-1] for row in base)
    return _mix({name: float(families[name]) for name in THINKING})


def _mix(weights: Mapping[str, float]) -> dict[str, dict[str, float]]:
    abilities, types = Counter[str](), Counter[str]()
    for name, weight in weights.items():
        abilities["+".join(abilities_of(FAMILIES[name]))] += weight
        types[FAMILIES[name].question_type] += weight
    return {"abilities": dict(abilities), "question_types": dict(types)}


def write_config(file: Path, address: str, pictures: Path, mix: Mapping[str, Any], steered: bool, seed: int) -> Path:
    """Both arms have the same server, pictures and stages."""
    endpoint = {"base_url": address, "model": "scenes", "max_concurrency": 8}
    models = {name: {"endpoints": [endpoint], "sees": name == "eye", "temperature": 0} for name in ("eye", "mind")}
    settings = {
        "models": models,
        "roles": {**dict.fromkeys(SEES, "eye"), **dict.fromkeys(BLIND, "mind")},
        "images": [{"source": "scenes", "folder": str(pictures), "licence": "Apache-2.0"}],
        "stages": STAGES,
        "mix": dict(mix),
        "rounds": {"size": ROUND, "near_duplicate": 0.8 if steered else 1.0, "repeats": REPEATS},
        "seed": seed,
    }
    file.write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
    return file


def pipeline(config: Path, out: Path, base: Path | None = None) -> tuple[dict[str, Any], list[Row]]:
    """`wethink synth run`: what it printed, and its rows."""
    command = [sys.executable, "-m", "wethink_plugins.cli.main", "synth", "run", config, "--out", out, "--json"]
    command += ["--extend", base] if base else []
    done = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, text=True, check=True, env=os.environ)
    rows = [json.loads(line) for line in (out / "rows.jsonl").read_text(encoding="utf-8").splitlines()]
    return json.loads(done.stdout), rows


def make(run: Path) -> dict[str, Any]:
    """All files; what was there is made anew."""
    seed = json.loads((run / "summary.json").read_text(encoding="utf-8"))["seed"]
    out = run / FOLDER
    shutil.rmtree(out, ignore_errors=True)
    data = run / "data"
    base = thinned([json.loads(line) for line in (data / "train.jsonl").read_text(encoding="utf-8").splitlines()])
    pictures = out / "new"
    scenes = write_scenes(pictures, seed)
    write_lines(out / "base.jsonl", base)
    known = scenes_by_pixels(pictures, scenes)
    with served(lambda body: reply_to(body, known)) as address:
        steered = write_config(out / "steered.yaml", address, pictures, even_mix(), True, seed)
        plain = write_config(out / "plain.yaml", address, pictures, own_mix(base), False, seed)
        told, added = pipeline(steered, out / "steered", out / "base.jsonl")
        told_plain, others = pipeline(plain, out / "plain")
    number = min(len(added), len(others))
    shutil.copytree(data / "images", out / "images")
    for name in scenes:
        shutil.copy(pictures / name, out / "images")
    chosen = {"extended": added[:number], "random": others[:number]}
    for name, rows in chosen.items():
        write_lines(out / f"{name}.jsonl", [*base, *map(trained_on, rows)])
    value = {
        "added": number,
        "families": {name: dict(sorted(Counter(family_of(row) for row in rows).items())) for name, rows in {"base": base, **chosen}.items()},
        "right": {name: _right(rows, scenes) for name, rows in chosen.items()},
        "steered": told, "plain": told_plain, "thin": sorted(THIN), "scenes": {name: asdict(scene) for name, scene in scenes.items()},
    }  # fmt: skip
    (out / "rows.json").write_text(json.dumps(value, indent=1), encoding="utf-8")
    return value


def trained_on(row: Row) -> Row:
    """As the demo's training rows are: no chain of thought, the picture in the same folder as theirs."""
    return {**row, "refined_cot": "", "image_path": f"images/{Path(row['image_path']).name}"}


def family_of(row: Row) -> str:
    return next(name for name, family in FAMILIES.items() if family.problem == row["problem"])


def _right(rows: list[Row], scenes: Mapping[str, Scene]) -> float:
    """Share of the answers that are the truth."""
    right = [FAMILIES[family_of(row)].gold(scenes[Path(row["image_path"]).name]) == row["answer"] for row in rows]
    return round(sum(right) / len(right), 4)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, required=True, help="a finished run of demo.py")
    value = make(parser.parse_args().run.resolve())
    print(f"added {value['added']} rows in each of two ways; by family:")
    for name, families in value["families"].items():
        print(f"{name:9} " + ", ".join(f"{family} {count}" for family, count in families.items()))


if __name__ == "__main__":
    main()
