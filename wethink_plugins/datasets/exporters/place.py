"""Where an export goes, and what would go wrong there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from wethink_plugins.datasets.exporters.layout import Layout
from wethink_plugins.datasets.exporters.set import foreign_in
from wethink_plugins.datasets.manifest import manifest_path
from wethink_plugins.datasets.rejects import rejects_path
from wethink_plugins.datasets.write import refuse_overwriting
from wethink_plugins.errors import WeThinkError


@dataclass(frozen=True)
class Place:
    """`target` is the file, or the folder of a set; `name` is what LLaMA-Factory calls it, `folder` its dataset_dir."""

    host: str
    target: Path
    folder: Path
    name: str
    is_set: bool

    def check(self) -> None:
        """What only a look at the disk tells: WeThinkError where something would be lost."""
        if self.host == "llamafactory":
            from wethink_plugins.datasets.exporters.llamafactory import read_info

            read_info(self.folder / "dataset_info.json")
        if self.is_set and (found := foreign_in(self.target)):
            raise WeThinkError(
                f"holds {found}, which no export wrote and this one would take away",
                fix="give an empty folder, or one that doesn't exist",
                file=self.target,
            )


def place_of(host: str, source: Path, out: Path, name: str | None, layout: Layout) -> Place:
    """WeThinkError for a name that the host would not read, or that would do harm. `layout` is the host's."""
    named = host.startswith("llamafactory")
    name = _dataset_name(name or source.stem) if named else out.stem
    if layout.is_set:
        target = out / name if named else out
        _check_set(source, out, target)
    else:
        target = out / f"{name}.{layout.format}" if named else out
        _check_file(source, target, layout.format or "")
    if host == "easyr1" and "@" in str(target):
        raise WeThinkError("EasyR1 splits data.train_files at @", fix="give an --out without one", file=out)
    return Place(host, target, out if named else target.parent, name, layout.is_set)


def _check_set(source: Path, out: Path, target: Path) -> None:
    if out.suffix in (".parquet", ".jsonl", ".json"):
        raise WeThinkError("shards and splits go into a folder", fix="give --out FOLDER", file=out)
    if target.exists() and not target.is_dir():
        raise WeThinkError("is a file", fix="give another --out or --name", file=target)
    if source.expanduser().resolve().is_relative_to(target.resolve()):
        raise WeThinkError("holds the input, which would be overwritten", fix="give another --out", file=target)


def _check_file(source: Path, target: Path, form: str) -> None:
    if target.suffix != f".{form}":
        raise WeThinkError(f"the output must be a .{form} file", fix=f"give --out NAME.{form}", file=target)
    if target.is_dir():
        raise WeThinkError("is a folder", fix="give another --out or --name", file=target)
    refuse_overwriting(source, target, manifest_path(target), rejects_path(target))


def _dataset_name(name: str) -> str:
    """LLaMA-Factory splits `dataset=` at commas and looks in the dataset_dir only."""
    if name == "dataset_info" or any(mark in name for mark in ",/\\"):
        raise WeThinkError(f"LLaMA-Factory can't have a dataset named {name!r}", fix="give another --name")
    return name
