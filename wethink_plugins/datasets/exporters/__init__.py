"""Validated rows as files for a trainer: `easyr1`, `llamafactory`, `verl`, `trl`.

Each writes its file whole or not at all, the same bytes for the same rows, and a manifest beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wethink_plugins.datasets.manifest import manifest_path, write_manifest
from wethink_plugins.datasets.rejects import rejects_path
from wethink_plugins.datasets.validate import Validation
from wethink_plugins.datasets.write import refuse_overwriting
from wethink_plugins.errors import WeThinkError
from wethink_plugins.prompts import system_prompt

HOSTS = ("easyr1", "llamafactory", "verl", "trl")
# Hosts that fine-tune: rows need a chain of thought, no judge.
SFT_HOSTS = frozenset({"llamafactory"})


def export(
    host: str,
    validation: Validation,
    out: Path,
    prompt: str = "wethink",
    name: str | None = None,
    split: str | None = None,
    more_settings: Mapping[str, Any] | None = None,
) -> Path:
    """Writes the accepted rows and returns the file written. `more_settings` go into the manifest.

    `out` is a parquet file, for LLaMA-Factory the dataset_dir, in which the dataset is called `name` (default: the
    stem of the source). `split` goes into every row that names none (default: read from the source's name).
    """
    if not validation.rows:
        raise WeThinkError("no row is left to export", fix="look at the rejects", file=validation.file)
    file = output_file(host, validation.file, out, name)
    text, stem = system_prompt(prompt), split or validation.file.stem
    if host == "llamafactory":
        from wethink_plugins.datasets.exporters.llamafactory import write_dataset

        write_dataset(file, validation.rows, text)
    elif host == "easyr1":
        from wethink_plugins.datasets.exporters.easyr1 import write_parquet as write_easyr1

        write_easyr1(file, validation.rows, stem)
    elif host == "verl":
        from wethink_plugins.datasets.exporters.verl import write_parquet

        write_parquet(file, validation.rows, text, stem)
    else:
        from wethink_plugins.datasets.exporters.trl import write_parquet as write_trl

        write_trl(file, validation.rows, text, stem)
    settings = {"prompt": prompt, "prompt_text": text, **({"split": split} if split else {}), **(more_settings or {})}
    write_manifest(file, validation.file, host, validation.counts, settings)
    return file


def output_file(host: str, source: Path, out: Path, name: str | None = None) -> Path:
    """The file that `export` writes; WeThinkError for a name that the host would not read, or that would do harm."""
    if host not in HOSTS:
        raise WeThinkError(f"no exporter for {host!r}", fix=f"known: {', '.join(HOSTS)}")
    file = out / f"{_dataset_name(name or source.stem)}.json" if host == "llamafactory" else out
    if host != "llamafactory" and file.suffix != ".parquet":
        raise WeThinkError("the output must be a .parquet file", fix="give --out NAME.parquet", file=out)
    if host == "easyr1" and "@" in str(file):
        raise WeThinkError("EasyR1 splits data.train_files at @", fix="give an --out without one", file=out)
    if file.is_dir():
        raise WeThinkError("is a folder", fix="give another --out or --name", file=file)
    refuse_overwriting(source, file, manifest_path(file), rejects_path(file))
    return file


def _dataset_name(name: str) -> str:
    """LLaMA-Factory splits `dataset=` at commas and looks in the dataset_dir only."""
    if name == "dataset_info" or any(mark in name for mark in ",/\\"):
        raise WeThinkError(f"LLaMA-Factory can't have a dataset named {name!r}", fix="give another --name")
    return name
