"""The whole path on one machine: warm start in LLaMA-Factory, GRPO with the hybrid reward in verl, and a page about it.

    make demo                                   # builds the environments, then calls this
    .venvs/grpo/bin/python recipes/cpu/demo.py --seed 1

Finished stages are skipped; an interrupted run goes on at the first unfinished one. Logs are in OUT/logs/.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

from chain import CHECKOUT, Chain, Settings
from process import CommandFailed, end_strays, last_lines
from progress import Board
from rich.console import Console
from stages import run_stages

from wethink_plugins.errors import WeThinkError


def parse_arguments(words: list[str] | None = None) -> Settings:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--seed", type=int, default=0, help="of data, teacher, initial weights, SFT and GRPO (default: 0)"
    )
    parser.add_argument(
        "--out", type=Path, help="default: runs/demo, runs/demo-seedN for another seed, runs/demo-small"
    )
    parser.add_argument("--steps", type=int, help="GRPO steps (default: as in grpo.yaml)")
    parser.add_argument(
        "--small", action="store_true", help="a few rows and steps: shows that it runs, and nothing else"
    )
    parser.add_argument(
        "--environments", type=Path, default=CHECKOUT / ".venvs", help="folder of the environment `sft`"
    )
    chosen = parser.parse_args(words)
    out = chosen.out or CHECKOUT / "runs" / default_name(chosen.seed, chosen.small)
    return Settings(out.resolve(), chosen.seed, chosen.steps, chosen.small, chosen.environments.resolve())


def default_name(seed: int, small: bool) -> str:
    return "demo" + ("-small" if small else "") + (f"-seed{seed}" if seed else "")


@contextlib.contextmanager
def sole_owner(out: Path) -> Iterator[None]:
    """One run at a time in a folder; processes that a killed run left behind are ended first."""
    import fcntl

    out.mkdir(parents=True, exist_ok=True)
    with (out / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit(f"another run is at work in {out}; wait for it, or give --out another folder") from None
        end_strays(str(out))
        yield


def interrupt(number: int, frame: object) -> None:
    """Let SIGTERM and SIGHUP end a run as Ctrl-C does: with everything it started."""
    raise KeyboardInterrupt


def run(settings: Settings, console: Console) -> int:
    """All stages; returns the exit code."""
    board = Board({stage.name: stage.title for stage in Chain(settings).stages()}, console)
    chain = Chain(settings, board.text)
    try:
        with board:
            run_stages(chain.stages(), settings.out, board)
    except CommandFailed as error:
        console.print("\n".join(last_lines(error.log)), style="dim", markup=False, highlight=False, soft_wrap=True)
        console.print(f"{error}. The log: {error.log}", style="red", markup=False, highlight=False, soft_wrap=True)
        return 1
    except WeThinkError as error:
        console.print(str(error), style="red", markup=False)
        return 1
    except KeyboardInterrupt:
        console.print("interrupted; the same command goes on from the last finished stage", style="yellow")
        return 130
    finish(settings, console)
    return 0


def finish(settings: Settings, console: Console) -> None:
    """The result as a table, and where to look."""
    from summary import result_table

    summary = json.loads((settings.out / "summary.json").read_text(encoding="utf-8"))
    console.print(result_table(summary))
    if settings.small:
        console.print("A small run: these figures mean nothing but that every stage works.", style="yellow")
    console.print(f"report: {settings.out / 'report.html'}", highlight=False, soft_wrap=True)


def main() -> int:
    """Take hold of the folder and run."""
    settings = parse_arguments()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    os.environ.pop("WETHINK_JOURNAL", None)
    with sole_owner(settings.out):
        return run(settings, Console())


if __name__ == "__main__":
    sys.exit(main())
