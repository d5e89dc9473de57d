"""What it takes to validate and export a file as large as the published one: rows a second, memory, bytes written.

    .venvs/test/bin/python benchmarks/data.py --rows 120000

The rows are those of the synthetic twin in tests/datasets/twin, planted defects included; every image has a name of its
own and is decoded (few distinct ones, small, from the system's cache: what is measured is us, not the disk). CPU and
memory are those of all processes together, start included. Written is what went to files while the command ran, rows
that wait in a temporary file included; kept is what the outputs take in the end. Files in memory (tmpfs) count as
nothing written.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from export import CHECKOUT, Cost, measured  # beside this file

_HOSTS = {"easyr1": "train.parquet", "trl": "trl.parquet"}


def wethink(rows: int, *words: object) -> Cost:
    command = [sys.executable, "-m", "wethink_plugins.cli.main", "data", *map(str, words)]
    return measured(rows, command, ends=(0, 1), PYTHONPATH=str(CHECKOUT))


def kept_mib(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 2**20


def show(name: str, cost: Cost, folder: Path) -> None:
    print(f"{cost.line(name)} {cost.written_mib:.0f} | {kept_mib(folder):.0f} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[12_000, 120_000])
    arguments = parser.parse_args()
    sys.path.insert(0, str(CHECKOUT))
    print("| | rows | wall s | CPU s | CPU ms a row | rows a second | peak MiB | written MiB | kept MiB |")
    print("|---|---|---|---|---|---|---|---|---|")
    for rows in arguments.rows:
        with tempfile.TemporaryDirectory(prefix="wethink-data-") as name:
            run(Path(name), rows)


def run(folder: Path, rows: int) -> None:
    from tests.datasets.twin import make_twin

    twin = make_twin(folder / "twin", rows)
    config = folder / "wethink.yaml"
    config.write_text("judge: {offline: true}\n", encoding="utf-8")
    common = (twin.file, "--images", twin.images, "--config", config)
    out = folder / "validate"
    outputs = ("--report", out / "report.html", "--fix", out / "fixed.jsonl", "--rejects", out / "rejects.jsonl")
    show("`wethink data validate --fix --report --rejects`", wethink(rows, "validate", *common, *outputs), out)
    for host, file in _HOSTS.items():
        out = folder / host
        words = ("export", host, *common, "--out", out / file, "--allow-rejects")
        show(f"`wethink data export {host}`", wethink(rows, *words), out)


if __name__ == "__main__":
    main()
