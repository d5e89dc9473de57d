"""What getting the images costs, beside the script that people use: `cat` the parts, `unzip`, open each row's image.

    python benchmarks/fetch.py --images 2000 --threads 1 2 4

Both get the same generated archive in 16 parts in one run: photographs (JPEG of smoothed noise, stored as zip stores
them) of which the rows name `--named` of 10, as the published rows name a part of their archive. The script is
`cat image.zip.part-* > image.zip; unzip -q image.zip` (Python's zipfile where there is no unzip) and a loop that opens
and decodes the image of each row. Ours is `wethink data fetch --parts` (CRC of each image) with the given threads, and
then the same loop on four threads, as validation looks at images. Bytes written are those of the files that are there
at the end, plus temporary ones (the joined archive stays until it is unpacked). Reading is from the system's cache.

`--hub` serves the archive by HTTP from this machine and adds two lines: everything, and a sample of 1 row in 20, with
the bytes that went over the wire.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from wethink_plugins.datasets.fetch.options import IMAGES_REPO, ROWS_REPO, Options  # noqa: E402
from wethink_plugins.datasets.fetch.run import fetch  # noqa: E402

PARTS = 16
SIZES = [(500, 375), (640, 480), (640, 427)]


@dataclass(frozen=True)
class Way:
    """`images` decoded and found whole; `fetched` bytes over HTTP, None where there was none."""

    name: str
    images: int
    written: int
    extract_s: float
    check_s: float
    fetched: int | None = None

    @property
    def seconds(self) -> float:
        return self.extract_s + self.check_s

    def line(self, first: Way) -> str:
        rate = self.images / self.seconds
        cells = [
            f"{self.images:,}",
            f"{self.written / 1e6:.1f}",
            f"{self.written / first.written:.2f}",
            f"{self.extract_s:.2f} + {self.check_s:.2f}",
            f"{self.seconds / first.seconds:.2f}",
            f"{rate:.0f}",
            f"{rate / (first.images / first.seconds):.2f}",
            "-" if self.fetched is None else f"{self.fetched / 1e6:.1f}",
        ]
        return f"| {self.name} | " + " | ".join(cells) + " |"


def photograph(number: int) -> bytes:
    from PIL import Image

    draw = random.Random(number)
    small = Image.frombytes("RGB", (40, 30), draw.randbytes(40 * 30 * 3))
    data = io.BytesIO()
    small.resize(draw.choice(SIZES), Image.Resampling.BICUBIC).save(data, "JPEG", quality=88)
    return data.getvalue()


def generate(folder: Path, count: int, named: int) -> None:
    """Parts and rows. A few hundred different pictures are enough: each lies in the archive by itself."""
    different = [photograph(number) for number in range(min(count, 200))]
    whole = folder / "whole.zip"
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as archive:
        for number in range(count):
            archive.writestr(name(number), different[number % len(different)])
    with (folder / "rows.jsonl").open("w") as rows:
        for number in range(count):
            if number % 10 < named:
                rows.write(json.dumps({"problem": "What?", "answer": "a cat", "image_path": name(number)}) + "\n")
    cut(whole)


def cut(whole: Path) -> None:
    size = -(-whole.stat().st_size // PARTS)
    with whole.open("rb") as data:
        for number in range(PARTS):
            (whole.parent / f"image.zip.part-a{chr(97 + number)}").write_bytes(data.read(size))
    whole.unlink()


def name(number: int) -> str:
    return f"coco/train2017/{number:012d}.jpg"


def paths(rows: Path) -> list[str]:
    return [json.loads(line)["image_path"] for line in rows.read_text().splitlines()]


def decoded(file: Path) -> bool:
    from PIL import Image

    with Image.open(file) as image:
        image.load()
    return True


def bytes_below(folder: Path) -> int:
    """A file with two names counts once."""
    found = {file.stat().st_ino: file.stat().st_size for file in folder.rglob("*") if file.is_file()}
    return sum(found.values())


def by_script(parts: Path, out: Path) -> Way:
    start = time.monotonic()
    out.mkdir()
    files = " ".join(f"'{file}'" for file in sorted(parts.glob("image.zip.part-*")))
    subprocess.run(f"cat {files} > '{out}/image.zip'", shell=True, check=True)
    if shutil.which("unzip"):
        subprocess.run(["unzip", "-q", out / "image.zip", "-d", out / "images"], check=True)
    else:
        with zipfile.ZipFile(out / "image.zip") as archive:
            archive.extractall(out / "images")
    extracted = time.monotonic()
    images = sum(decoded(out / "images" / path) for path in paths(parts / "rows.jsonl"))
    return Way("cat, unzip, open each row", images, bytes_below(out), extracted - start, time.monotonic() - extracted)


def by_us(parts: Path, out: Path, threads: int) -> Way:
    start = time.monotonic()
    fetch(Options(out, parts=parts, jobs=threads))
    extracted = time.monotonic()
    images = checked(out)
    threads_of = f"{threads} thread{'s' if threads > 1 else ''}"
    seconds = extracted - start, time.monotonic() - extracted
    return Way(f"fetch --parts, {threads_of}", images, bytes_below(out), *seconds)


def by_hub(out: Path, rows: int | None) -> Way:
    start = time.monotonic()
    done = fetch(Options(out, rows=rows))
    extracted = time.monotonic()
    images = checked(out)
    what = "everything" if rows is None else f"--rows {rows}"
    seconds = extracted - start, time.monotonic() - extracted
    return Way(f"fetch, {what}", images, bytes_below(out), *seconds, done.fetched_bytes)


def checked(out: Path) -> int:
    with ThreadPoolExecutor(min(4, len(os.sched_getaffinity(0)))) as pool:
        return sum(pool.map(decoded, [out / "images" / path for path in paths(out / "rows.jsonl")]))


def over_http(parts: Path, folder: Path) -> list[Way]:
    from tests.servers.hub import HubServer

    archive = {file.name: file for file in parts.glob("image.zip.part-*")}
    repos = {ROWS_REPO: {"rows.jsonl": parts / "rows.jsonl"}, IMAGES_REPO: archive}
    with HubServer(repos) as server:
        os.environ["HF_ENDPOINT"] = server.url
        count = len(paths(parts / "rows.jsonl"))
        return [by_hub(folder / f"hub-{rows}", rows) for rows in (None, max(1, count // 20))]


def in_a_new_folder(root: Path, way: Callable[[Path], Way]) -> Way:
    out = root / "out"
    found = way(out)
    shutil.rmtree(out)
    return found


def table(ways: Sequence[Way]) -> str:
    head = "way | images | MB written | ratio | s: extract + open | ratio | images/s | ratio | MB fetched"
    lines = [f"| {head} |", "|" + "---|" * 9]
    return "\n".join([*lines, *(way.line(ways[0]) for way in ways)])


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--images", type=int, default=2000, help="in the archive")
    options.add_argument("--named", type=int, default=9, help="of each 10 images, so many are named by a row")
    options.add_argument("--threads", type=int, nargs="+", default=[1, 2, 4])
    options.add_argument("--hub", action="store_true", help="over HTTP from this machine, too")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="fetch-benchmark-") as folder:
        root = Path(folder)
        parts = root / "parts"
        parts.mkdir()
        generate(parts, chosen.images, chosen.named)
        ways = [in_a_new_folder(root, lambda out: by_script(parts, out))]
        for threads in chosen.threads:
            ways.append(in_a_new_folder(root, lambda out, threads=threads: by_us(parts, out, threads)))
        ways += over_http(parts, root) if chosen.hub else []
    print(f"{chosen.images} images in {PARTS} parts, {chosen.named} of 10 named by rows")
    print(table(ways))


if __name__ == "__main__":
    main()
