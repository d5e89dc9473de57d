"""`wethink data fetch`: the published rows and the images that they name."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wethink_plugins.cli.options import JsonFlag, OptionalInt, OptionalPath, OptionalText
from wethink_plugins.cli.output import complain, say, say_json, say_table
from wethink_plugins.counted import counted
from wethink_plugins.datasets.fetch.options import ARCHIVE, IMAGES_REPO, ROWS_REPO

if TYPE_CHECKING:
    from wethink_plugins.datasets.fetch.run import Fetched


def fetch(
    out: Annotated[Path, typer.Option("--out", help="Folder for rows.jsonl, images/ and lost.jsonl.")],
    rows: Annotated[
        OptionalInt, typer.Option("--rows", help="Only a sample of so many rows, and only its images.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Of the sample; a larger one holds the smaller.")] = 0,
    repo: Annotated[str, typer.Option("--repo", help="Dataset repository of the rows.")] = ROWS_REPO,
    revision: Annotated[OptionalText, typer.Option("--revision", help="Branch, tag or commit of --repo.")] = None,
    file: Annotated[OptionalText, typer.Option("--file", help="The JSONL in --repo, where it has several.")] = None,
    images_repo: Annotated[
        str, typer.Option("--images-repo", help="Dataset repository of the archive's parts.")
    ] = IMAGES_REPO,
    images_revision: Annotated[
        OptionalText, typer.Option("--images-revision", help="Branch, tag or commit of --images-repo.")
    ] = None,
    archive: Annotated[str, typer.Option("--archive", help="Name of the archive, without .part-aa.")] = ARCHIVE,
    parts: Annotated[
        OptionalPath, typer.Option("--parts", help="Folder that holds the parts already: no network at all.")
    ] = None,
    jsonl: Annotated[
        OptionalPath, typer.Option("--jsonl", help="Rows that are here already; default with --parts: the one there.")
    ] = None,
    keep_parts: Annotated[
        bool,
        typer.Option("--keep-parts/--no-keep-parts", help="Download the parts to OUT/parts, or read images only."),
    ] = False,
    jobs: Annotated[
        OptionalInt, typer.Option("--jobs", help="Connections, or threads on a local archive, at a time.")
    ] = None,
    shard: Annotated[
        str, typer.Option("--shard", help="This node's share of the images: 0/4, 1/4, 2/4 or 3/4 of four.")
    ] = "0/1",
    retries: Annotated[
        int, typer.Option("--retries", help="Attempts in a row without a byte before the network is gone.")
    ] = 8,
    json: JsonFlag = False,
) -> None:
    """Get the rows and the images that they name; run again, it goes on. Exit code 1 when a row lost an image."""
    from wethink_plugins.datasets.fetch.meter import Lines
    from wethink_plugins.datasets.fetch.options import Options, shard_of
    from wethink_plugins.datasets.fetch.run import fetch as fetch_all

    options = Options(
        out.expanduser(),
        rows=rows,
        seed=seed,
        repo=repo,
        revision=revision,
        file=file,
        images_repo=images_repo,
        images_revision=images_revision,
        archive=archive,
        parts=parts.expanduser() if parts else None,
        jsonl=jsonl.expanduser() if jsonl else None,
        keep_parts=keep_parts,
        jobs=jobs,
        shard=shard_of(shard),
        retries=retries,
    )
    done = fetch_all(options, Lines())
    following = f"wethink data validate {_word(options.rows_file)} --images {_word(options.images)}"
    say_json(_summary(done, following)) if json else _show(done, following)
    if done.lost.images:
        reasons = [f"{count} {reason}" for reason, count in done.lost.reasons.items()]
        shown = ", ".join([*reasons[:3], *(["and others"] if len(reasons) > 3 else [])])
        complain(
            f"{counted(done.lost.rows, 'row')} lost {counted(done.lost.images, 'image')} ({shown}), see {done.lost_file}"
        )
        raise typer.Exit(1)


def _summary(done: Fetched, following: str) -> dict[str, Any]:
    from dataclasses import asdict

    return {**asdict(done), "next": following}


def _show(done: Fetched, following: str) -> None:
    if done.unreadable_rows:
        complain(f"{done.unreadable_rows} of {done.rows} lines are no JSON objects; validation says which")
    if done.unsafe_entries:
        complain(f"{done.unsafe_entries} entries of the archive lead out of a folder and are left alone")
    fetched = [
        ("rows", f"{done.rows:,}"),
        ("images they name, of this shard", f"{done.images:,} of {done.archive_entries:,} in the archive"),
        ("extracted now", f"{done.extracted:,} ({_size(done.extracted_bytes)})"),
        ("there already", f"{done.already_there:,}"),
        ("fetched", f"{_size(done.fetched_bytes)} in {done.requests:,} requests, {done.retries:,} retries"),
        ("of which rows, directory", f"{_size(done.rows_bytes)}, {_size(done.directory_bytes)}"),
        ("size of the archive", _size(done.archive_bytes)),
        ("seconds", f"{done.seconds:.0f}"),
    ]
    say_table("fetch", ("", "found"), fetched)
    say(f"next: {following}")


def _size(size: int) -> str:
    units = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"))
    return next((f"{size / unit:.1f} {name}" for unit, name in units if size >= unit), f"{size} B")


def _word(path: Path) -> str:
    return shlex.quote(str(path))
