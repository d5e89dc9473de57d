"""Charts of the studies over three seeds: ablations.png, judge-faults.png, two-hosts.png. Nothing is trained here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from pictures.picture import CHECKOUT, RECIPE, Desk, use_recipe


def ablations(desk: Desk, target: Path) -> None:
    """The first two studies; the third's numbers are in the table of the page."""
    runs = desk.seeds("ablation/stages", "ablation.py")
    _script("ablation.py", "--runs", *runs, "--out", desk.folder, "--draw")
    desk.screen.show(desk.folder / "ablation.html")
    desk.screen.shoot(target, desk.screen.box("h2", ".figures.wide"))


def judge_faults(desk: Desk, target: Path) -> None:
    runs = desk.seeds("faults/no-faults", "faults.py")
    use_recipe()
    from faults import read_results, write_page

    page = desk.folder / "faults.html"
    write_page(read_results(runs), page)
    _charts(desk, page, target)


def two_hosts(desk: Desk, target: Path) -> None:
    runs = desk.seeds("faults/no-faults", "faults.py")
    _script("two_hosts.py", "--runs", *runs, "--out", desk.folder)
    _charts(desk, desk.folder / "two_hosts.html", target)


def _script(name: str, *words: object) -> None:
    """One of the recipe's, with the package of this checkout."""
    import os

    command = [sys.executable, RECIPE / name, *words]
    done = subprocess.run(
        [*map(str, command)],
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"{name} ended with {done.returncode}: {done.stdout}")


def _charts(desk: Desk, page: Path, target: Path) -> None:
    desk.screen.show(page)
    desk.screen.shoot(target, desk.screen.around(".figures"))


