"""How long the export for EasyR1 takes, and what memory, beside the pass that EasyR1 makes at each start instead.

    .venvs/easyr1/bin/python benchmarks/export.py --rows 120000 --easyr1 CLONE

Rows and images are generated: JPEGs in the sizes that web and chart pictures have, each under a name of its own, so
that every one is read. EasyR1 (data.filter_overlong_prompts) gets the first `--filtered` of the same rows, in two
processes, without its cache. CPU seconds are those of all processes, start included, so a busy machine changes little.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parent
SIZES = [(500, 375), (640, 480), (640, 427), (800, 600), (1024, 768)]
PICTURES = 200

FILTER = """
import sys
from transformers import AutoProcessor
from verl.utils.dataset import RLHFDataset
processor = AutoProcessor.from_pretrained(sys.argv[2], use_fast=True)
rows = RLHFDataset(sys.argv[1], processor.tokenizer, processor, max_prompt_length=2048, min_pixels=262144, max_pixels=4194304, filter_overlong_prompts=True, filter_overlong_prompts_workers=2)
print(len(rows))
"""


@dataclass(frozen=True)
class Cost:
    """Of one program and all its children."""

    rows: int
    wall_s: float
    cpu_s: float
    peak_mib: float

    def line(self, name: str) -> str:
        each = f"{1000 * self.cpu_s / self.rows:8.2f}"
        return f"{name:<28} {self.rows:>8} {self.wall_s:>9.1f} {self.cpu_s:>9.1f} {each} {self.rows / self.wall_s:>9.0f} {self.peak_mib:>9.0f}"


def measured(rows: int, command: list[str], **variables: str) -> Cost:
    start = time.monotonic()
    program = subprocess.Popen(command, env={**os.environ, **variables}, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(program.pid, 0)  # of this one and its children, not of all that ran before
    if status:
        raise SystemExit(f"{command[0]} ended with {os.waitstatus_to_exitcode(status)}")
    return Cost(rows, time.monotonic() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def make_rows(folder: Path, count: int) -> Path:
    """Distinct names; the pictures behind them repeat, as hard links."""
    from PIL import Image

    dice = random.Random(0)
    (folder / "pool").mkdir()
    (folder / "images").mkdir()
    for i in range(PICTURES):
        picture = Image.effect_noise((32, 32), 80).resize(SIZES[i % len(SIZES)]).convert("RGB")
        picture.save(folder / "pool" / f"{i}.jpg", quality=90)
    with (folder / "rows.jsonl").open("w", encoding="utf-8") as file:
        for i in range(count):
            os.link(folder / "pool" / f"{dice.randrange(PICTURES)}.jpg", folder / "images" / f"{i}.jpg")
            row = {
                "id": str(i),
                "problem": f"How many of the {i} shapes are {'really ' * dice.randrange(30)}red?",
                "answer": str(dice.randrange(9)),
                "category": "fill_in_blank",
                "abilities": ["recognition"],
                "refined_cot": "I look at the picture and count. " * 20,
                "image_path": f"images/{i}.jpg",
                "reward": "rule",
            }
            file.write(json.dumps(row) + "\n")
    return folder / "rows.jsonl"


def make_model(folder: Path) -> Path:
    """A processor as Qwen2.5-VL's, with a small vocabulary: the images are the work."""
    sys.path.insert(0, str(CHECKOUT))
    from tests.prompts.models import QWEN_LIKE

    (folder / "template").write_text(QWEN_LIKE)
    script = CHECKOUT / "tests" / "easyr1" / "tiny_processor.py"
    subprocess.run(
        [sys.executable, script, folder / "model", folder / "template"], check=True, stdout=subprocess.DEVNULL
    )
    return folder / "model"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=120_000)
    parser.add_argument("--filtered", type=int, default=2_000, help="rows that EasyR1's own pass gets")
    parser.add_argument("--easyr1", type=Path, required=True, help="a checkout of EasyR1")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="wethink-export-") as name:
        folder = Path(name)
        file, model = make_rows(folder, arguments.rows), make_model(folder)
        ours = measured(
            arguments.rows,
            [sys.executable, "-m", "wethink_plugins.cli.main", "data", "export", "easyr1", str(file), "--model", str(model), "--out", str(folder / "train.parquet")],
            PYTHONPATH=str(CHECKOUT),
        )  # fmt: skip
        import pyarrow.parquet as pq

        some = pq.read_table(folder / "train.parquet").slice(0, arguments.filtered)
        pq.write_table(some, folder / "some.parquet")
        paths = os.pathsep.join(map(str, (CHECKOUT / "tests" / "easyr1" / "stubs", arguments.easyr1)))
        theirs = measured(
            len(some),
            [sys.executable, "-c", FILTER, str(folder / "some.parquet"), str(model)],
            PYTHONPATH=paths, OMP_NUM_THREADS="1", HF_DATASETS_CACHE=str(folder / "cache"), HF_HUB_OFFLINE="1",
        )  # fmt: skip
    print(f"{'':<28} {'rows':>8} {'wall s':>9} {'CPU s':>9} {'ms/row':>8} {'rows/s':>9} {'peak MiB':>9}")
    print(ours.line("wethink data export easyr1"))
    print(theirs.line("EasyR1's own filter"))
    print(
        f"CPU a row: {theirs.cpu_s / theirs.rows / (ours.cpu_s / ours.rows):.1f} times less (decoding every image included)"
    )


if __name__ == "__main__":
    main()
