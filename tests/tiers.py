"""Runs tiers of tests, each a target of the Makefile, a few at a time, and ends with what a person wants to know.

    python tests/tiers.py --lanes 3 test-core test-wire --left-out "test-easyr1: it needs a clone"

They start in the order given. Each one's output goes to build/tests/TIER.log; what is shown of it is pytest's closing
line, and what failed. Exit code 1 when any failed; the others run to their end all the same.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
LOGS = CHECKOUT / "build" / "tests"
# What pytest, mypy and mkdocs close with; the last such line of a log says what a tier found.
_CLOSING = re.compile(
    r"^(?:=+ )?(?:\d+ (?:passed|failed|error|skipped|deselected)|no tests ran|Success: |Found \d+ err)"
)
_SKIPPED = re.compile(r"^SKIPPED \[(\d+)\] (?:\S+?:(?:\d+:)? )?(.*)")
_LEFT_OUT = re.compile(r"^\S+: left out, .*")
_FAILURES = re.compile(r"^=+ (?:FAILURES|ERRORS) =+$")
_END_LINES = 60
_SHOWN = threading.Lock()


@dataclass(frozen=True)
class Outcome:
    tier: str
    code: int
    wall_s: float
    cpu_s: float  # what outlives its parent, as Ray's processes may, isn't in it
    lines: tuple[str, ...]

    @property
    def closing(self) -> str:
        return next((line.strip("= ") for line in reversed(self.lines) if _CLOSING.match(line)), "")

    @property
    def left_out(self) -> list[str]:
        """Reasons, each with how many tests it costs."""
        reasons: Counter[str] = Counter()
        for line in self.lines:
            if found := _SKIPPED.match(line):
                reasons[found[2]] += int(found[1])
        return [line for line in self.lines if _LEFT_OUT.match(line)] + [f"{n} x {why}" for why, n in reasons.items()]

    @property
    def complaint(self) -> list[str]:
        """From the first failure on, or the last lines."""
        start = next((number for number, line in enumerate(self.lines) if _FAILURES.match(line)), -_END_LINES)
        return list(self.lines[start:])


def run(tier: str) -> Outcome:
    """To its end, whatever it is."""
    say(f"{tier} ...")
    log, start = LOGS / f"{tier}.log", time.monotonic()
    with log.open("wb") as out:
        make = [os.environ.get("MAKE", "make"), "--no-print-directory", tier]
        process = subprocess.Popen(make, cwd=CHECKOUT, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = code = os.waitstatus_to_exitcode(status)
    lines = tuple(log.read_text(encoding="utf-8", errors="replace").splitlines())
    outcome = Outcome(tier, code, time.monotonic() - start, used.ru_utime + used.ru_stime, lines)
    say(
        *([] if not code else [f"----- {tier}: all of it is in {log}", *outcome.complaint, "-----"]),
        f"{tier}: {'passed' if not code else f'FAILED ({code})'} in {clock(outcome.wall_s)}",
        *filter(None, [outcome.closing]),
    )
    return outcome


def summary(outcomes: list[Outcome], left_out: list[str], wall_s: float) -> list[str]:
    """A table, what did not run and why, and one line that says whether all is well."""
    width = max(len(one.tier) for one in outcomes)
    lines = ["", f"{'':{width}}           wall   CPU"]
    for one in outcomes:
        said = "passed" if not one.code else "FAILED"
        lines.append(f"{one.tier:{width}}  {said}  {clock(one.wall_s):>6}{clock(one.cpu_s):>6}  {one.closing}")
    reasons = [f"{one.tier}: {why.removeprefix(f'{one.tier}: left out, ')}" for one in outcomes for why in one.left_out]
    lines += [f"left out: {reason}" for reason in (*reasons, *left_out)]
    failed = [one.tier for one in outcomes if one.code]
    lines.append(f"{'FAILED: ' + ' '.join(failed) if failed else 'all passed'}, in {clock(wall_s)}")
    return lines


def clock(seconds: float) -> str:
    return f"{round(seconds) // 60}:{round(seconds) % 60:02}"


def say(*lines: str) -> None:
    """Together, whatever else is being said."""
    with _SHOWN:
        print(*lines, sep="\n", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tiers", nargs="+")
    parser.add_argument("--lanes", type=int, default=3, help="how many at the same time (default: 3)")
    parser.add_argument("--left-out", action="append", default=[], metavar="TEXT", help="told with what tests left out")
    arguments = parser.parse_args()
    LOGS.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    with ThreadPoolExecutor(arguments.lanes) as pool:
        outcomes = list(pool.map(run, arguments.tiers))
    say(*summary(outcomes, arguments.left_out, time.monotonic() - start))
    return int(any(one.code for one in outcomes))


if __name__ == "__main__":
    sys.exit(main())
