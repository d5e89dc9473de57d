"""`wethink data contamination`: which rows a benchmark has, too."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wethink_plugins.cli.data.options import FileArgument
from wethink_plugins.cli.options import ImagesOption, JsonFlag, OptionalPaths
from wethink_plugins.cli.output import complain, say, say_json, say_table
from wethink_plugins.counted import counted

if TYPE_CHECKING:
    from wethink_plugins.datasets.contamination.check import Contamination

_KINDS = ("image", "text", "both")


def contamination(
    file: FileArgument,
    against: Annotated[
        list[Path], typer.Option("--against", help="A VLMEvalKit TSV, or a folder of images; may be given again.")
    ],
    more: Annotated[
        OptionalPaths,
        typer.Argument(metavar="[BENCH]...", help="Further benchmarks, behind --against BENCH."),
    ] = None,
    *,
    out: Annotated[Path, typer.Option("--out", help="Folder for matches, removable list and page.")],
    images: ImagesOption = None,
    remove: Annotated[
        str, typer.Option("--remove", help="What puts a row on the removable list: image, text, both; with commas.")
    ] = "image,both",
    cache: Annotated[
        Path, typer.Option("--cache", help="Keeps what was computed of pictures, for the next run.")
    ] = Path("~/.cache/wethink/pictures.sqlite"),
    json: JsonFlag = False,
) -> None:
    """Compare rows with benchmarks, by picture and by text; exit code 1 when any row matches."""
    from wethink_plugins.datasets.contamination.check import check
    from wethink_plugins.datasets.contamination.report import write_all
    from wethink_plugins.datasets.write import refuse_overwriting

    kinds = [part.strip() for part in remove.split(",") if part.strip()]
    if unknown := [part for part in kinds if part not in _KINDS]:
        raise typer.BadParameter(f"{unknown[0]!r} is not one of {', '.join(_KINDS)}", param_hint="--remove")
    if not kinds:
        raise typer.BadParameter(f"names none of {', '.join(_KINDS)}", param_hint="--remove")
    if out.exists() and not out.is_dir():
        raise typer.BadParameter(f"{out} is a file, not a folder", param_hint="--out")
    names = ("matches.jsonl", "remove.jsonl", "remove.txt", "report.html")
    refuse_overwriting(file, *(out / name for name in names))
    benchmarks = [path.expanduser() for path in (*against, *(more or ()))]
    found = check(file.expanduser(), images and images.expanduser(), benchmarks, cache, complain)
    listed = write_all(found, out, kinds)
    result = _summary(found, out, len(listed))
    say_json(result) if json else _show(found, out, len(listed))
    if found.matches:
        raise typer.Exit(1)


def _summary(found: Contamination, out: Path, listed: int) -> dict[str, object]:
    from dataclasses import asdict

    return {
        "out": str(out),
        "rows_matched": len({match.line for match in found.matches}),
        "removable": listed,
        "benchmarks": dict(_by_kind(found)),
        "read": {name: asdict(counts) for name, counts in found.counts.items()},
    }


def _by_kind(found: Contamination) -> list[tuple[str, list[int]]]:
    mine = [(b.name, [m for m in found.matches if m.benchmark == b.name]) for b in found.benchmarks]
    return [(name, [len({m.line for m in all_ if m.kind == kind}) for kind in _KINDS]) for name, all_ in mine]


def _show(found: Contamination, out: Path, listed: int) -> None:
    say_table("rows that match", ("benchmark", "image only", "text only", "both"), _by_kind(found))
    bad = sum(counts.bad for counts in found.counts.values())
    say(
        f"{counted(listed, 'row')} on the removable list, {counted(bad, 'picture')} unreadable; see {out / 'report.html'}"
    )
