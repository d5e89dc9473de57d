"""The command line: which pictures, from which runs, to where."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from pictures.picture import CHECKOUT, IMAGES, Desk, Missing, Picture
from pictures.table import PICTURES


def main(about: str | None, words: Sequence[str] | None = None) -> int:
    """0: all that were asked for by name are made. 1: one of them can't be made here. 2: wrong usage."""
    chosen = _parsed(about, words)
    console = Console(highlight=False, soft_wrap=True)
    if chosen.list:
        for picture in PICTURES:
            console.print(f"{picture.file:24} {picture.made_from}", markup=False)
        return 0
    pictures = [picture for picture in PICTURES if not chosen.names or _name(picture) in chosen.names]
    chosen.out.mkdir(parents=True, exist_ok=True)
    left = [picture for picture in pictures if not _made(picture, chosen, console)]
    return 1 if left and chosen.names else 0


def _made(picture: Picture, chosen: argparse.Namespace, console: Console) -> bool:
    with tempfile.TemporaryDirectory(prefix="wethink-picture-", ignore_cleanup_errors=True) as folder:
        desk = Desk(chosen.runs, Path(folder))
        try:
            picture.make(desk, chosen.out / picture.file)
        except Missing as missing:
            console.print(f"{picture.file}: left out, {missing}", markup=False)
            return False
        finally:
            desk.close()
    size = (chosen.out / picture.file).stat().st_size
    console.print(f"{picture.file}: made, {size / 1000:.0f} kB", markup=False)
    return True


def _name(picture: Picture) -> str:
    return Path(picture.file).stem


def _parsed(about: str | None, words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "docs/making/pictures", description=about, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = [_name(picture) for picture in PICTURES]
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(names)}")
    parser.add_argument("--runs", type=Path, default=CHECKOUT / "runs", help="folder of the demo's runs")
    parser.add_argument("--out", type=Path, default=IMAGES, help="where pictures are written")
    parser.add_argument("--list", action="store_true", help="say what each picture is made from")
    chosen = parser.parse_args(words)
    if unknown := [name for name in chosen.names if name not in names]:
        parser.error(f"no picture is called {', '.join(unknown)}; there are {', '.join(names)}")
    return chosen
