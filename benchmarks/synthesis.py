"""How well one process keeps a model server busy: `python benchmarks/synthesis.py [--images 20000]`.

The real `wethink synth run` over numbered pictures, against the scripted server with a fixed latency and a capacity that it
tells the use of. Printed: the share of the capacity that was in use, from the second at which it was first nearly full to
the moment from which fewer items than places were left, and over everything; CPU of the run's process for each call; its
largest resident size; and whether the rows are those that the script foretells.

Run it on a machine that does nothing else, or say what else it did. Figures are printed; with --out the run is kept.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.synthesis.scripted import Records, Scripted, calls_of, expected

# Of twenty images: most are right, some cost more calls, some end early. No faults that wait: those measure the faults.
BEHAVIOURS = [
    *["right"] * 9, "vision_right", "text_right", "neither_right", "blind", "ambiguous", "lacks_ability",
    "speaks_of_description", "off_once@ask", "off_once@answer_text", "slow@merge", "bad_reasoning_once",
]  # fmt: skip
_FULL = 0.95


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--images", type=int, default=20_000)
    options.add_argument("--latency", type=float, default=3.0, help="seconds of each reply")
    options.add_argument("--capacity", type=int, default=200, help="requests that the server works on at once")
    options.add_argument("--bytes", type=int, default=40_000, help="of a picture")
    options.add_argument("--round", type=int, default=512)
    options.add_argument("--ahead", type=int, default=1)
    options.add_argument(
        "--models", type=int, choices=[1, 3], default=1, help="1: one model in all roles; 3: its capacity each"
    )
    options.add_argument("--profile", help="write a cProfile of the run's process there")
    options.add_argument("--out", help="folder to keep it in")
    chosen = options.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(chosen.out or folder), chosen)


def measure(folder: Path, chosen: argparse.Namespace) -> None:
    settings = {"latency_s": chosen.latency, "capacity": chosen.capacity, "log": False}
    with Scripted(folder, chosen.images, BEHAVIOURS, noise=chosen.bytes, digests=False, **settings) as scripted:
        names = ("eye", "mind", "third")[: chosen.models]
        rounds = {"size": chosen.round, "ahead": chosen.ahead}
        yaml = scripted.yaml(models=names, concurrency=chosen.capacity, deadline_s=600, rounds=rounds)
        print(f"{chosen.images:,} pictures are made", flush=True)
        start = time.monotonic()
        before = ["-m", "cProfile", "-o", chosen.profile] if chosen.profile else []
        program = [*before, "-m", "wethink_plugins.cli.main"]
        process = scripted.start("run", yaml, "--out", folder / "run", "--quiet", session=False, program=program)
        watching = threading.Thread(target=_tell, args=(process.pid, scripted, start), daemon=True)
        watching.start()
        out, err = process.communicate()
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = time.monotonic() - start
        stats = scripted.server.stats()
        print(out, err, sep="\n")
        report(scripted, folder / "run", stats, seconds, used, chosen)


def report(scripted, run, stats, seconds, used, chosen) -> None:
    busy, calls = stats["seconds"], stats["requests"]
    records = Records(run)
    ends = sorted(item.seconds for item in records.items)
    # The run's clock starts before the server's; the last reply ends both.
    ahead_s = ends[-1] - len(busy)
    first = next(i for i, one in enumerate(busy) if one >= _FULL * chosen.capacity or one == max(busy))
    last = int(ends[-min(chosen.capacity, len(ends))] - ahead_s)
    between = sum(busy[first:last]) / max(last - first, 1) / chosen.capacity
    told, accepted = expected(scripted, records)
    rows = {item.item for item in records.settled if item.status == "passed"}
    cpu = used.ru_utime + used.ru_stime
    print(f"calls                      {calls:,} ({sum(calls_of(told).values()):,} foretold)")
    print(f"wall                       {seconds:,.0f} s, {calls / seconds:.1f} calls a second")
    print(f"busy, full to draining     {between:.1%} of {chosen.capacity} places, seconds {first} to {last}")
    print(f"busy, first to last call   {sum(busy) / len(busy) / chosen.capacity:.1%}")
    print(f"CPU                        {cpu / calls * 1000:.1f} ms a call, {cpu / seconds:.0%} of a core")
    print(f"largest resident size      {used.ru_maxrss / 1024:,.0f} MiB")
    print(f"rows                       {len(rows):,}, {'as foretold' if rows == accepted else 'NOT AS FORETOLD'}")
    worst = sorted(range(first, last), key=lambda i: busy[i])[:5]
    print(f"the emptiest seconds       {', '.join(f'{i}: {busy[i]:.0f}' for i in worst)}")
    print(f"rejected                   {dict(Counter(i.reason for i in records.items if i.reason))}")


def _tell(pid: int, scripted: Scripted, start: float) -> None:
    """A line a minute."""
    while True:
        time.sleep(60)
        try:
            status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
            seconds = scripted.server.stats()["seconds"][-61:-1]
        except OSError:
            return
        resident = next((line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")), "0")
        mean = sum(seconds) / max(len(seconds), 1)
        print(
            f"{time.monotonic() - start:6.0f} s: busy {mean:.1f}, resident {int(resident) / 1024:.0f} MiB", flush=True
        )


if __name__ == "__main__":
    main()
