"""Pictures in tar shards, as webdataset writes them: one pass finds them, a seek reads each."""

from __future__ import annotations

import os
import tarfile
from array import array
from collections.abc import Iterator
from typing import Any

from wethink_plugins.errors import WeThinkError
from wethink_plugins.synthesis.config import ImageSource
from wethink_plugins.synthesis.sources.bytes import open_file, read_bytes
from wethink_plugins.synthesis.sources.files import files_of
from wethink_plugins.synthesis.sources.gone import SourceGone
from wethink_plugins.synthesis.sources.names import component, is_picture, path_of

_BLOCK = 512
_AGAIN = "copy or download it again, or take it out of the pattern"


class Shards:
    """A name is that of the shard, without its suffix, and that of the member."""

    wanted = "members with a suffix of a picture"

    def __init__(self, base: str, files: list[str]) -> None:
        self._files = [os.path.join(base, file) for file in files]
        self._sizes: list[int] = []
        self.names: list[str] = []
        self._shard, self._offset, self._size = array("I"), array("Q"), array("Q")
        for number, file in enumerate(files):
            self._add(number, f"{_folder(file)}/")

    def place(self, number: int) -> dict[str, Any]:
        shard = self._shard[number]
        return {
            "kind": "shard", "file": self._files[shard], "bytes": self._sizes[shard],
            "offset": self._offset[number], "size": self._size[number],
        }  # fmt: skip

    def _add(self, number: int, prefix: str) -> None:
        file = self._files[number]
        try:
            self._sizes.append(os.path.getsize(file))
            for name, offset, size in _members(file):
                self.names.append(prefix + path_of(name))
                self._shard.append(number)
                self._offset.append(offset)
                self._size.append(size)
        except (tarfile.TarError, EOFError) as error:
            raise WeThinkError(f"is no whole tar archive: {error}", fix=_AGAIN, file=file) from None
        except OSError as error:
            raise WeThinkError(f"can't be read: {error.strerror or error}", fix="check rights and disk", file=file) from None  # fmt: skip


def find(source: ImageSource, _: int) -> Shards:
    """WeThinkError for a shard that is packed, cut off or damaged."""
    base, files = files_of(str(source.shards), (".tar",))
    return Shards(base, files)


def _folder(file: str) -> str:
    *folders, name = file.removesuffix(".tar").split("/")
    return "/".join(component(part, folder=True) for part in [*folders, name])


def _members(file: str) -> Iterator[tuple[str, int, int]]:
    """Links, folders and sparse files are left out. `members` is emptied, else a large tar is held in memory."""
    with open(file, "rb") as data:
        head = data.read(6)
        if head[:2] == b"\x1f\x8b" or head[:3] == b"BZh" or head == b"\xfd7zXZ\0" or head[:4] == b"\x28\xb5\x2f\xfd":
            raise WeThinkError("is packed, so its members can't be read one by one", fix="unpack it to a plain .tar", file=file)  # fmt: skip
        data.seek(0)
        with tarfile.open(fileobj=data, mode="r:", encoding="utf-8") as tar:
            while (member := tar.next()) is not None:
                tar.members.clear()  # type: ignore[attr-defined]  # what it has read; typeshed leaves it out
                if member.isreg() and not member.issparse() and is_picture(member.name):
                    yield member.name, member.offset_data, member.size
            data.seek(tar.offset)
            if data.read(_BLOCK).strip(b"\0"):
                raise tarfile.ReadError(f"damaged at byte {tar.offset}")


def read(place: dict[str, Any]) -> bytes:
    file, shown = place["file"], f"{place['file']} at byte {place['offset']}"
    try:
        with open_file(file) as opened:
            if os.fstat(opened.fileno()).st_size != place["bytes"]:
                raise SourceGone("is another file than when the run began", fix="bring the old one back", file=file)
            opened.seek(place["offset"])
            return read_bytes(opened, place["size"], shown)
    except FileNotFoundError:
        raise SourceGone("is gone", fix="bring it back and resume", file=file) from None
    except OSError as error:
        raise WeThinkError(f"can't be read: {error.strerror or error}", fix="check rights and disk", file=shown) from None  # fmt: skip
