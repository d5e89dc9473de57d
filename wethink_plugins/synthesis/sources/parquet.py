"""Pictures in a column of parquet files: bytes, or the struct of bytes and path that `datasets` writes."""

from __future__ import annotations

import os
import threading
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from wethink_plugins.errors import WeThinkError
from wethink_plugins.synthesis.config import ImageSource
from wethink_plugins.synthesis.sources.bytes import LARGEST
from wethink_plugins.synthesis.sources.files import files_of
from wethink_plugins.synthesis.sources.gone import SourceGone
from wethink_plugins.synthesis.sources.names import NO_SUFFIX, SUFFIXES, component

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

# Chosen: a row group is unpacked for each picture, so not by all threads at a time.
_AT_A_TIME = threading.Semaphore(4)
_ROWS = 16  # unpacked at a time on the way to the one that is wanted


class Parquet:
    """A name is that of the file, without its suffix, and the row's number; the suffix is that of the picture's own path.

    Rows without a picture are found when they are read.
    """

    wanted = "rows"

    def __init__(self, base: str, files: Sequence[str], column: str) -> None:
        self._files, self._column = [os.path.join(base, file) for file in files], column
        self.names: list[str] = []
        self._groups: list[array[int]] = []
        for file, name in zip(self._files, files, strict=True):
            self._add(file, _folder(name))
        self._starts = [0, *accumulate(groups[-1] for groups in self._groups)]

    def place(self, number: int) -> dict[str, Any]:
        which = bisect_right(self._starts, number) - 1
        row, groups = number - self._starts[which], self._groups[which]
        group = bisect_right(groups, row) - 1
        return {
            "kind": "parquet", "file": self._files[which], "column": self._column, "rows": groups[-1],
            "group": group, "row": row - groups[group],
        }  # fmt: skip

    def _add(self, file: str, folder: str) -> None:
        import pyarrow as pa

        try:
            with _open(file) as opened:
                metadata = opened.metadata
                _check_column(opened.schema_arrow, self._column, file)
                suffixes = _suffixes(opened, self._column)
        except (pa.ArrowException, OSError) as error:
            raise WeThinkError(f"not readable as parquet: {_line(error)}", fix="copy or download it again", file=file) from None  # fmt: skip
        rows = (metadata.row_group(group).num_rows for group in range(metadata.num_row_groups))
        self._groups.append(array("Q", [0, *accumulate(rows)]))
        names = suffixes if suffixes is not None else [NO_SUFFIX] * metadata.num_rows
        self.names += [f"{folder}/{row:07d}{suffix}" for row, suffix in enumerate(names)]


def find(source: ImageSource, _: int) -> Parquet:
    """WeThinkError for a file that is none, or has no such column."""
    base, files = files_of(str(source.parquet), (".parquet",))
    return Parquet(base, files, source.column)


def _folder(file: str) -> str:
    return "/".join(component(part, folder=True) for part in file.removesuffix(".parquet").split("/"))


def _open(file: str) -> pq.ParquetFile:
    import pyarrow.parquet as pq

    return pq.ParquetFile(file, metadata=_metadata(file, os.stat(file).st_mtime_ns), memory_map=False)


@lru_cache(maxsize=64)
def _metadata(file: str, _: int) -> pq.FileMetaData:
    """Of files with many row groups it takes longer to read than a picture does."""
    import pyarrow.parquet as pq

    return pq.read_metadata(file)


def _check_column(schema: pa.Schema, column: str, file: str) -> None:
    import pyarrow as pa

    if column not in schema.names:
        fix = f"write column: NAME, one of {', '.join(schema.names)}"
        raise WeThinkError(f"has no column {column!r}", fix=fix, file=file, field="column")
    kind = schema.field(column).type
    inner = kind.field("bytes").type if pa.types.is_struct(kind) and kind.get_field_index("bytes") >= 0 else kind
    if not (pa.types.is_binary(inner) or pa.types.is_large_binary(inner)):
        raise WeThinkError(
            f"holds {kind}, not bytes", fix="the column must hold pictures as bytes, or as struct<bytes, path>",
            file=file, field=column,
        )  # fmt: skip


def _suffixes(opened: pq.ParquetFile, column: str) -> list[str] | None:
    """Of the paths that `datasets` keeps beside the bytes; the bytes are not read."""
    import pyarrow as pa

    kind = opened.schema_arrow.field(column).type
    if not pa.types.is_struct(kind) or kind.get_field_index("path") < 0:
        return None
    found: list[str] = []
    for batch in opened.iter_batches(1 << 14, columns=[f"{column}.path"]):
        found += [_suffix(one and one.get("path")) for one in batch.column(0).to_pylist()]
    return found


def _suffix(path: str | None) -> str:
    suffix = os.path.splitext(str(path or ""))[1].lower()
    return suffix if suffix in SUFFIXES else NO_SUFFIX


def read(place: dict[str, Any]) -> bytes:
    import pyarrow as pa

    file = place["file"]
    shown = f"{file}, row {place['row']} of group {place['group']}"
    try:
        with _AT_A_TIME, _open(file) as opened:
            if opened.metadata.num_rows != place["rows"]:
                raise SourceGone("is another file than when the run began", fix="bring the old one back", file=file)
            value = _value(opened, place)
    except FileNotFoundError:
        raise SourceGone("is gone", fix="bring it back and resume", file=file) from None
    except (pa.ArrowException, OSError, IndexError) as error:
        raise WeThinkError(
            f"can't be read: {_line(error)}", fix="copy or download the file again", file=shown
        ) from None
    if not value:
        raise WeThinkError("holds no picture's bytes", fix="write them into the file, or remove the row", file=shown)
    if len(value) > LARGEST:
        raise WeThinkError(f"has {len(value)} bytes, over the limit of {LARGEST}", fix="remove it", file=shown)
    return value


def _value(opened: pq.ParquetFile, place: dict[str, Any]) -> bytes | None:
    left = place["row"]
    for batch in opened.iter_batches(_ROWS, row_groups=[place["group"]], columns=[place["column"]], use_threads=False):
        if left < batch.num_rows:
            value = batch.column(0)[left].as_py()
            return value.get("bytes") if isinstance(value, dict) else value
        left -= batch.num_rows
    raise IndexError("the row group is shorter than it was")


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
