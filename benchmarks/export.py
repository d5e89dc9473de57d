"""How long the export for EasyR1 takes, and what memory, beside the pass that EasyR1 makes at each start instead.

    .venvs/easyr1/bin/python benchmarks/export.py --rows 12000 40000 120000 --easyr1 CLONE

Rows and images are generated: JPEGs in the sizes that web and chart pictures have, each under a name of its own, so
that every one is read (from the system's cache). EasyR1 (data.filter_overlong_prompts) gets the first `--filtered` rows
of the last export, in two processes, without its own cache. CPU seconds are those of all processes, start included, so
a busy machine changes little. Memory is the highest sum seen over all processes, shared pages counted once, or what
the largest took at most if that is more.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
    written_mib: float = 0.0

    def line(self, name: str) -> str:
        each = f"{self.cpu_s:.0f} | {1000 * self.cpu_s / self.rows:.2f} | {self.rows / self.wall_s:.0f} | {self.peak_mib:.0f}"
        return f"| {name} | {self.rows:,} | {self.wall_s:.0f} | {each} |"


def measured(rows: int, command: list[str], ends: tuple[int, ...] = (0,), **variables: str) -> Cost:
    """`ends`: the exit codes that are fine. Written is what went to files, temporary ones included."""
    start = time.monotonic()
    program = subprocess.Popen(command, env={**os.environ, **variables}, stdout=subprocess.DEVNULL)
    memory = Memory(program.pid)
    _, status, used = os.wait4(program.pid, 0)  # of this one and its children, not of all that ran before
    if (code := os.waitstatus_to_exitcode(status)) not in ends:
        raise SystemExit(f"{command[0]} ended with {code}")
    peak_mib = max(memory.peak / 2**20, used.ru_maxrss / 2**10)
    written_mib = used.ru_oublock / 2**11  # in blocks of 512 bytes, whatever the file system has
    return Cost(rows, time.monotonic() - start, used.ru_utime + used.ru_stime, peak_mib, written_mib)


class Memory(threading.Thread):
    """Looks again and again at a program and all its children, until it has ended."""

    def __init__(self, program: int) -> None:
        super().__init__(daemon=True)
        self.program, self.peak = program, 0
        self.start()

    def run(self) -> None:
        import psutil

        with contextlib.suppress(psutil.NoSuchProcess):
            program = psutil.Process(self.program)
            while True:
                self.peak = max(self.peak, sum(map(self._of_one, [program, *program.children(recursive=True)])))
                time.sleep(0.2)

    def _of_one(self, process: Any) -> int:
        import psutil

        try:
            return process.memory_full_info().pss
        except psutil.Error:
            return 0


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


def first(rows: Path, count: int) -> Path:
    """The first rows of the file, in a file beside it."""
    part = rows.with_name(f"{count}.jsonl")
    with rows.open(encoding="utf-8") as lines, part.open("w", encoding="utf-8") as file:
        file.writelines(itertools.islice(lines, count))
    return part


def export(rows: Path, count: int, model: Path) -> Cost:
    file = first(rows, count)
    return measured(
        count,
        [sys.executable, "-m", "wethink_plugins.cli.main", "data", "export", "easyr1", str(file), "--model", str(model), "--out", str(rows.parent / "train.parquet")],
        PYTHONPATH=str(CHECKOUT),
    )  # fmt: skip


def easyr1_filter(exported: Path, count: int, model: Path, easyr1: Path) -> Cost:
    import pyarrow.parquet as pq

    some = pq.read_table(exported).slice(0, count)
    pq.write_table(some, exported.with_name("some.parquet"))
    paths = os.pathsep.join(map(str, (CHECKOUT / "tests" / "easyr1" / "stubs", easyr1)))
    return measured(
        len(some),
        [sys.executable, "-c", FILTER, str(exported.with_name("some.parquet")), str(model)],
        PYTHONPATH=paths, OMP_NUM_THREADS="1", HF_DATASETS_CACHE=str(exported.with_name("cache")), HF_HUB_OFFLINE="1",
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[12_000, 40_000, 120_000])
    parser.add_argument("--filtered", type=int, default=2_000, help="rows that EasyR1's own pass gets")
    parser.add_argument("--easyr1", type=Path, required=True, help="a checkout of EasyR1")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="wethink-export-") as name:
        folder = Path(name)
        rows, model = make_rows(folder, max(arguments.rows)), make_model(folder)
        print("| | rows | wall s | CPU s | CPU ms a row | rows a second | peak MiB |\n|---|---|---|---|---|---|---|")
        for count in sorted(arguments.rows):
            ours = export(rows, count, model)
            print(ours.line("`wethink data export easyr1`"), flush=True)
        theirs = easyr1_filter(folder / "train.parquet", arguments.filtered, model, arguments.easyr1)
        print(theirs.line("EasyR1's own filter"))
    ratio = theirs.cpu_s / theirs.rows / (ours.cpu_s / ours.rows)
    print(f"\nCPU a row: {ratio:.1f} times less (every image decoded, too)")


if __name__ == "__main__":
    main()
