"""Validated rows as files for a trainer: `easyr1`, `llamafactory`, `llamafactory-v1`, `verl`, `trl`.

One file, whole or not at all, with a manifest beside it; or a set (shards, training and validation rows): a folder with
a manifest a side, switched as a whole. The same bytes for the same rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from wethink_plugins.datasets.exporters.layout import HOSTS, Layout
from wethink_plugins.datasets.exporters.place import Place, place_of
from wethink_plugins.datasets.exporters.set import write_set
from wethink_plugins.datasets.exporters.table import Table, write_file
from wethink_plugins.datasets.manifest import one_file, write_manifest
from wethink_plugins.datasets.validate import Validation
from wethink_plugins.errors import WeThinkError
from wethink_plugins.prompts import system_prompt
from wethink_plugins.rows import Row

__all__ = ("HOSTS", "SFT_HOSTS", "Layout", "export", "output_file")

# Hosts that fine-tune: rows need a chain of thought, no judge.
SFT_HOSTS = frozenset({"llamafactory", "llamafactory-v1"})


def export(
    host: str,
    validation: Validation,
    out: Path,
    prompt: str = "wethink",
    name: str | None = None,
    split: str | None = None,
    more_settings: Mapping[str, Any] | None = None,
    layout: Layout | None = None,
) -> Path:
    """Writes the accepted rows and returns the file written, or the folder of a set. `more_settings` go into manifests.

    `out` is a file (for a set a folder); for LLaMA-Factory the dataset_dir, in which the dataset is called `name`
    (default: the stem of the source). `split` goes into every row that names none (default: read from the source's
    name). `prompt` is a registered system prompt or a file.

    WeThinkError where no row is left, for a host or layout that isn't known, and for a name that the host would not
    read; ConfigError for the prompt. Nothing is left half written.
    """
    if not validation.rows:
        raise WeThinkError("no row is left to export", fix="look at the rejects", file=validation.file)
    layout = (layout or Layout()).for_host(host)
    place = place_of(host, validation.file, out, name, layout)
    text, stem = system_prompt(prompt), split or validation.file.stem
    table = _table(host, validation.rows, text, stem, bool(layout.embed))
    settings = {"prompt": prompt, "prompt_text": text, **({"split": split} if split else {}), **(more_settings or {})}
    place.check()
    if layout.is_set:
        sides = write_set(place.target, host, validation, table, layout, split, settings)
    else:
        write_file(place.target, validation.rows, table)
        sides = {"": place.target.name}
        write_manifest(
            place.target, validation.file, host, validation.counts, settings, {"output": one_file(place.target)}
        )
    _register(host, place, sides, validation.rows)
    return place.target


def output_file(host: str, source: Path, out: Path, name: str | None = None, layout: Layout | None = None) -> Path:
    """What `export` writes; WeThinkError for a name that the host would not read, or that would do harm."""
    return place_of(host, source, out, name, (layout or Layout()).for_host(host)).target


def _table(host: str, rows: Sequence[Row], prompt: str, split: str, embed: bool) -> Table:
    from wethink_plugins.datasets.exporters import easyr1, llamafactory, llamafactory_v1, trl, verl

    if host == "llamafactory":
        return llamafactory.table(rows, prompt, embed)
    if host == "llamafactory-v1":
        return llamafactory_v1.table(rows, prompt)
    if host == "easyr1":
        return easyr1.table(rows, split, embed)
    of = {"verl": verl.table, "trl": trl.table}[host]
    return of(rows, prompt, split, embed)


def _register(host: str, place: Place, sides: Mapping[str, str], rows: Sequence[Row]) -> None:
    """LLaMA-Factory finds data by name. `sides`: the side ("" without one) -> file or folder, below the target's."""
    from wethink_plugins.datasets.exporters import llamafactory, llamafactory_v1
    from wethink_plugins.datasets.exporters.render import has_images

    in_set = f"{place.target.name}/" if place.is_set else ""
    names = {f"{place.name}_{side}" if len(sides) > 1 else place.name: in_set + file for side, file in sides.items()}
    if host == "llamafactory":
        llamafactory.register(place.folder, names, any(map(has_images, rows)))
    elif host == "llamafactory-v1":
        for name, file in names.items():
            llamafactory_v1.register(place.folder, name, place.folder / file)
