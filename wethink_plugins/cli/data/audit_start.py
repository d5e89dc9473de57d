"""`wethink data audit [start] FILE`: draw a sample, and serve the page on which a person marks it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wethink_plugins.cli.options import ConfigOption, ImagesOption, JsonFlag, OptionalInt, OptionalPath, OptionalText
from wethink_plugins.cli.output import say, say_json
from wethink_plugins.errors import WeThinkError

if TYPE_CHECKING:
    from wethink_plugins.datasets.audit.labels import Labels
    from wethink_plugins.datasets.audit.sample import Sample

_SIZE, _BY, _SEED = 200, "source,question_type", 0


def start(
    file: Annotated[
        OptionalPath, typer.Argument(help="WeThink rows: .jsonl, .json or .parquet. Not needed to go on in DIR.")
    ] = None,
    images: ImagesOption = None,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where sample and labels are kept.")] = Path(
        "audit"
    ),
    sample: Annotated[OptionalInt, typer.Option("--sample", min=1, help=f"Rows to draw; default: {_SIZE}.")] = None,
    by: Annotated[OptionalText, typer.Option("--by", help=f"Names that make the strata; default: {_BY}.")] = None,
    seed: Annotated[
        OptionalInt, typer.Option("--seed", help=f"Another seed draws other rows; default: {_SEED}.")
    ] = None,
    annotator: Annotated[
        OptionalText, typer.Option("--annotator", help="Whose labels these are; default: the name of the user.")
    ] = None,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0 takes any that is free.")] = 0,
    open_page: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
    config: ConfigOption = None,
    json: JsonFlag = False,
) -> None:
    """Mark rows on a page at 127.0.0.1, by keyboard. In a folder that has a sample it goes on with that sample."""
    from wethink_plugins.datasets.audit.labels import Labels, labels_file
    from wethink_plugins.datasets.audit.serving import require_extra, serve

    require_extra()
    name = annotator or _user()
    target = labels_file(out, name)
    drawn = _sample(file, images, out, sample, by, seed, config)
    labels = Labels(target, [row.id for row in drawn.rows])
    try:
        serve(drawn, labels, name, port, lambda url: _announce(url, drawn, labels, name, open_page, json))
    finally:
        labels.close()
    if not json:
        say(f"{_done(drawn, labels)} of {len(drawn.rows)} rows are done, in {labels.file}; report: {_report(out)}")


def _sample(
    file: Path | None,
    images: Path | None,
    out: Path,
    size: int | None,
    by: str | None,
    seed: int | None,
    config: Path | None,
) -> Sample:
    from dataclasses import replace

    from wethink_plugins.datasets.audit.sample import SAMPLE, draw, read_sample, write_sample

    if (out / SAMPLE).exists():
        found = read_sample(out)
        _refuse_other(found, file, size, by, seed, out)
        return replace(found, images=str(images.expanduser().absolute())) if images else found
    if file is None:
        raise WeThinkError("there is no sample yet, and no FILE to draw it from", fix="give FILE", file=out)
    from wethink_plugins.config import WeThinkConfig

    aliases = WeThinkConfig.load(config).aliases
    size, seed = _SIZE if size is None else size, _SEED if seed is None else seed
    drawn = draw(file, images, size, _names(by or _BY), seed, aliases)
    write_sample(drawn, out)
    return drawn


def _refuse_other(
    found: Sample, file: Path | None, size: int | None, by: str | None, seed: int | None, out: Path
) -> None:
    """Labels of two samples in one folder would be worth nothing."""
    given = {
        "FILE": (file and str(file.expanduser().absolute()), found.file),
        "--sample": (size and min(size, found.population), len(found.rows)),
        "--by": (by and ",".join(_names(by)), ",".join(found.by)),
        "--seed": (seed, found.seed),
    }
    for name, (wanted, had) in given.items():
        if wanted is not None and wanted != had:
            raise WeThinkError(
                f"the sample here was drawn with {had}, not {wanted}",
                fix="leave it out to go on, or draw into another --out",
                file=out,
                field=name,
            )


def _names(by: str) -> list[str]:
    names = [name.strip() for name in by.split(",")]
    if not all(names) or len(set(names)) != len(names):
        raise typer.BadParameter(f"{by!r} is no list of names with commas between", param_hint="--by")
    return names


def _user() -> str:
    import getpass
    import re

    try:
        name = getpass.getuser()
    except (OSError, KeyError, ImportError):
        name = ""
    return re.sub(r"[^\w.-]", "-", name).strip("-_.") or "annotator"


def _announce(url: str, sample: Sample, labels: Labels, annotator: str, open_page: bool, as_json: bool) -> None:
    from wethink_plugins.datasets.audit.strata import strata_text

    if as_json:
        done = _done(sample, labels)
        say_json(
            {"url": url, "annotator": annotator, "labels": str(labels.file), "rows": len(sample.rows), "done": done}
        )
    else:
        strata = strata_text(len({row.stratum for row in sample.rows}), sample.by)
        say(f"{len(sample.rows)} of {sample.population} rows, {strata}; {_done(sample, labels)} done by {annotator}")
        say(f"mark them at {url}")
        say(f"labels go to {labels.file}; Ctrl-C ends, and the same command goes on")
    _flush()
    if open_page:
        import webbrowser

        webbrowser.open(url)


def _flush() -> None:
    """A pipe is read by someone who waits for the address."""
    import sys

    sys.stdout.flush()


def _done(sample: Sample, labels: Labels) -> int:
    return sum(labels.sheet.is_done(row.place) for row in sample.rows)


def _report(out: Path) -> str:
    return f"wethink data audit report {out}"
