"""A folder with a little of everything that the commands take, so that each can be tried without data, model or GPU.

    python recipes/cpu/tryout.py --out tryout

`train.jsonl` `val.jsonl` `images/`   rows of the demo's task in the WeThink format, 60 and 12
`rollouts.jsonl`    four responses to each of the training rows, of an imaginary model, for `wethink score` and `sweep`
`run/journal/`      twelve steps of an imaginary training whose judge fails from the ninth on, for `wethink watch`
`pictures/` `synthesis.yaml`   24 pictures and a pipeline that makes questions from them
`wethink.yaml`      a reward whose judge is `scripted_models.py tryout`, which also plays the pipeline's models

Written again into a folder of its own it makes these files anew, and leaves all others where they are.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import random
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import yaml
from dataset import HELD_OUT_SEED, draw_scenes, make_items, make_row, write_lines, write_rows
from extension_rows import even_mix, write_config
from families import FAMILIES, chain_of_thought
from scenes import Scene, render, split_scenes
from scripted_models import PORT
from teacher import SLIPS, well_formed

from wethink_plugins import HybridReward, Sample
from wethink_plugins.errors import Unscored
from wethink_plugins.rewards.judge import Judgement

ROWS = {"train": 5, "val": 1}
"""Of each of the twelve families."""
GROUP, PICTURES, STEPS, FAILS_FROM = 4, 24, 12, 9
OWN = frozenset(
    "train.jsonl val.jsonl images rollouts.jsonl run pictures scenes.json synthesis.yaml wethink.yaml".split()
)
"""What it writes; anything else in its folder is somebody's work."""
YAML = """\
# A reward for trying things out. Its judge is `python recipes/cpu/scripted_models.py {folder}`, which is no model.
judge:
  endpoints: [{{base_url: "http://127.0.0.1:{port}/v1", model: scripted, max_concurrency: 8}}]
  deadline_s: 10
  store: null     # a training keeps the judge's replies; here each is asked for anew
"""
Row = dict[str, Any]


def responses(item: tuple[Any, Scene], right: float, rng: random.Random) -> list[str]:
    """Each is right in so many cases; now and then one is malformed, as those of a young policy are."""
    family, scene = item
    gold, slip = family.gold(scene), SLIPS.get(family.name, lambda scene: "I can't tell.")(scene)
    said = [gold if rng.random() < right else slip for _ in range(GROUP)]
    whole = [well_formed(chain_of_thought(scene), answer) for answer in said]
    return [text.replace("</answer>", "") if rng.random() < 0.1 else text for text in whole]


def rollout(row: Row, response: str) -> Row:
    """A line as `wethink score` reads it."""
    facts = {"id": row["id"], "group": row["id"], "question": row["problem"], "answer": row["answer"]}
    kind = {"question_type": row["category"], "reward_method": row["reward"]}
    return {**facts, **kind, "response": response}


def right_row(row_id: str, item: tuple[Any, Scene], rng: random.Random) -> Row:
    """With the right answer and the thought that leads to it, so that it can be fine-tuned on too."""
    family, scene = item
    return make_row(row_id, family, family.gold(scene), chain_of_thought(scene))


class FailingJudge:
    """Agrees with the very words of the reference, until it fails."""

    name = "scripted"
    down = False

    async def judge(self, sample: Sample, answer: str) -> Judgement:
        if self.down:
            raise Unscored("connect: the server is gone", call={"fault": "connect"})
        return Judgement("correct" if answer == sample.answer else "partly", "compared")


def write_journal(file: Path, settings: Row, items: dict[str, Any], rng: random.Random) -> None:
    """By the reward itself; the policy grows better, and the judge is lost on the way."""
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        journal_steps(Path(folder), settings, items, rng)
        (written,) = Path(folder).glob("journal-*.jsonl")
        written.replace(file)


def journal_steps(folder: Path, settings: Row, items: dict[str, Any], rng: random.Random) -> None:
    """The judge's settings are those of the YAML, so that stored verdicts are used again with it."""
    judge = FailingJudge()
    reward = HybridReward.from_config({**settings, "journal": {"path": str(folder)}}, judge=judge)
    for step in range(1, STEPS + 1):
        judge.down = step >= FAILS_FROM
        batch = []
        for row_id, item in rng.sample(sorted(items.items()), 24):
            row = right_row(row_id, item, rng)
            for text in responses(item, 0.3 + 0.05 * step, rng):
                told = {**rollout(row, text), "group": f"{step}/{row_id}"}
                batch.append(Sample(**told, meta={"step": step, "split": "train"}))
        reward.score_batch(batch)
    reward.close()


def write_tryout(out: Path, port: int) -> None:
    """Everything; the same bytes each time but for the journal's times."""
    for folder in (out / "images", out / "run" / "journal", out / "pictures"):
        folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(HELD_OUT_SEED)
    items: dict[str, dict[str, Any]] = {}
    for name, each in ROWS.items():
        drawn = make_items(split_scenes()[name], dict.fromkeys(FAMILIES, each), rng)
        items[name] = {f"{name}-{index:02d}-{item[0].name}": item for index, item in enumerate(drawn)}
        write_rows(out, name, items[name], right_row, rng)
    rollouts = []
    for row_id, item in items["train"].items():
        row = right_row(row_id, item, rng)
        rollouts += [rollout(row, text) for text in responses(item, 0.6, rng)]
    write_lines(out / "rollouts.jsonl", rollouts)
    text = YAML.format(folder=out, port=port)
    (out / "wethink.yaml").write_text(text, encoding="utf-8")
    write_journal(out / "run" / "journal" / "journal-0-0.jsonl", yaml.safe_load(text), items["train"], rng)
    write_pictures(out, rng)
    address = f"http://127.0.0.1:{port}/v1"
    write_config(out / "synthesis.yaml", address, (out / "pictures").resolve(), even_mix(), True, 0)


def write_pictures(out: Path, rng: random.Random) -> None:
    """With what each shows, which the scripted models need."""
    stream = draw_scenes(split_scenes()["train"], rng)
    scenes = {f"scene-{number:02d}.png": next(stream) for number in range(PICTURES)}
    for name, scene in scenes.items():
        render(scene, rng).save(out / "pictures" / name, compress_level=1)
    told = {name: asdict(scene) for name, scene in scenes.items()}
    (out / "scenes.json").write_text(json.dumps(told), encoding="utf-8")


def kept(out: Path) -> list[str]:
    """Names in the folder that this script doesn't write."""
    return sorted(path.name for path in out.iterdir() if path.name not in OWN) if out.is_dir() else []


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="made; it must not be there, unless it is from before")
    parser.add_argument("--port", type=int, default=PORT, help="of the scripted models")
    arguments = parser.parse_args()
    out = arguments.out
    if out.exists() and not (out / "scenes.json").is_file():
        parser.error(f"{out} is there and wasn't written by this script: give another folder")
    os.environ.pop("WETHINK_JOURNAL", None)  # its journal goes into the folder, whatever the shell has set
    logging.getLogger("wethink_plugins").setLevel(logging.CRITICAL)  # its judge fails on purpose
    write_tryout(out, arguments.port)
    print(
        f"wrote {out}: train.jsonl, val.jsonl, images, rollouts.jsonl, run/journal, pictures, synthesis.yaml, wethink.yaml"
    )
    if others := kept(out):
        more = f" and {len(others) - 6} more" if len(others) > 6 else ""
        print(f"kept: {', '.join(others[:6])}{more}")
    print(f"the judge and the models that the two YAMLs name: python recipes/cpu/scripted_models.py {out}")


if __name__ == "__main__":
    main()
