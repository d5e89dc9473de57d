"""A whole file of the hub on disk, gone on with where an earlier run was cut off.

huggingface_hub from 2.0 gives each attempt a new temporary name and starts an interrupted file anew; the parts of the
archive have 8 GB each.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from wethink_plugins.datasets.fetch.hub import HubFile
from wethink_plugins.datasets.fetch.meter import Meter
from wethink_plugins.datasets.fetch.ranges import Ranges
from wethink_plugins.datasets.manifest import file_sha256
from wethink_plugins.errors import WeThinkError


def download(file: HubFile, target: Path, ranges: Ranges, meter: Meter, tag: str = "") -> Path:
    """Nothing to do where a file of that size is. Checked by SHA-256 where the hub has one, else by size.

    Bytes arrive in `.NAME.<content><tag>.partial` beside it: other content, or another node (`tag`), has another name.
    """
    if target.is_file() and target.stat().st_size == file.size:
        meter.advance(file.size)
        return target
    partial = target.with_name(f".{target.name}.{file.sha256[:12] or file.size}{tag}.partial")
    _append(file, partial, ranges, meter)
    if file.sha256 and file_sha256(partial) != file.sha256:
        partial.unlink()
        raise WeThinkError("what arrived has another SHA-256", fix="run the same command again", file=file.url)
    partial.replace(target)
    return target


def _append(file: HubFile, partial: Path, ranges: Ranges, meter: Meter) -> None:
    try:
        partial.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("ab") as out:
            if out.tell() > file.size:
                out.truncate(0)
            meter.advance(out.tell())
            for piece in ranges.pieces(file, out.tell(), file.size, thrown_away=file.size):
                out.write(piece)
                meter.advance(len(piece))
    except OSError as error:
        raise WeThinkError(
            f"can't be written: {error.strerror or error}", fix="make room and run the same command again", file=partial
        ) from None


def remove_others(folder: Path, keep: Path) -> None:
    """Earlier versions of a downloaded file, and their beginnings."""
    for file in folder.glob("*"):
        if file != keep and not file.name.startswith("lock"):
            with suppress(OSError):
                file.unlink()
