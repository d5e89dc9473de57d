"""What an archive holds, from the directory at its end."""

from __future__ import annotations

import io
import itertools
import stat
import struct
import zipfile
from collections import Counter
from collections.abc import Iterable

from wethink_plugins.datasets.fetch.archive import Archive
from wethink_plugins.datasets.fetch.entry import Entry, readable
from wethink_plugins.datasets.fetch.paths import inside
from wethink_plugins.errors import WeThinkError

# Chosen: no picture has more, and each is unpacked in memory.
LARGEST = 512 << 20
_BUFFER = 1 << 18
_UTF8, _ENCRYPTED = 0x800, 0x1
# The largest extra field that an entry's own header can have, and the data descriptor behind it.
_EXTRA = 65535 + 24


class Directory:
    """Entries by their safe path. `unsafe`: entries that lead out of a folder. Of a name given again the last one counts,
    as in every zip reader."""

    def __init__(self, infos: Iterable[zipfile.ZipInfo], end: int) -> None:
        self._entries: dict[str, Entry] = {}
        self._other_case: dict[str, str] | None = None
        self._above = self._below = ""
        self.unsafe = 0
        files = [info for info in infos if not info.filename.endswith("/")]
        for info, stop in zip(files, _ends(files, end), strict=True):
            self._add(info, stop)

    def __len__(self) -> int:
        return len(self._entries)

    def align(self, paths: Iterable[str]) -> None:
        """The tree may lie in one more folder than the paths of the rows say, or one less: as most of them are found."""
        wanted = list(paths)
        ways = [("", "")]
        for side, names in enumerate((wanted, (name for name in self._entries if not name.startswith("__MACOSX/")))):
            tops = {name.partition("/")[0] for name in names if "/" in name}
            ways += [((top + "/", "") if side == 0 else ("", top + "/")) for top in tops if len(tops) == 1]
        found = [sum(_moved(path, *way) in self._entries for path in wanted) for way in ways]
        self._below, self._above = ways[found.index(max(found))]

    def find(self, path: str) -> Entry | None:
        return self._entries.get(_moved(path, self._below, self._above))

    def spelled_otherwise(self, path: str) -> str:
        """An entry that differs in upper and lower case only, or ""."""
        if self._other_case is None:
            self._other_case = {name.casefold(): name for name in self._entries}
        return self._other_case.get(_moved(path, self._below, self._above).casefold(), "")

    def _add(self, info: zipfile.ZipInfo, end: int) -> None:
        try:
            name = inside(_name(info))
        except ValueError:
            self.unsafe += 1
            return
        fields = (info.compress_size, info.file_size, info.CRC, info.compress_type)
        self._entries[name] = Entry(name, info.header_offset, end, *fields, _fault(info))


def read_directory(archive: Archive) -> Directory:
    """WeThinkError when the parts don't make a whole zip archive; says which part is suspicious."""
    try:
        with zipfile.ZipFile(io.BufferedReader(archive.file(), _BUFFER)) as opened:
            infos, end = opened.infolist(), opened.start_dir
    except (zipfile.BadZipFile, struct.error, NotImplementedError, OSError, ValueError) as error:
        raise _broken(archive, f"no zip archive: {error}") from None
    if any(info.header_offset < 0 for info in infos):
        lacking = -min(info.header_offset for info in infos)
        raise _broken(archive, f"{lacking} bytes of the archive are lacking")
    return Directory(infos, end)


def _ends(infos: list[zipfile.ZipInfo], end: int) -> list[int]:
    """Of each entry, where the next one begins; an entry's header tells its own length only when it is read."""
    starts = sorted({info.header_offset for info in infos} | {end})
    follows = dict(itertools.pairwise(starts))
    most = (info.header_offset + 30 + 4 * len(info.filename) + _EXTRA + info.compress_size for info in infos)
    return [min(follows.get(info.header_offset, end), limit) for info, limit in zip(infos, most, strict=True)]


def _name(info: zipfile.ZipInfo) -> str:
    """zip on Unix writes UTF-8 without saying so, and zipfile takes that for the letters of DOS."""
    if info.flag_bits & _UTF8 or info.filename.isascii():
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename


def _fault(info: zipfile.ZipInfo) -> str:
    if info.create_system == 3 and stat.S_ISLNK(info.external_attr >> 16):
        return "is a symbolic link in the archive"
    if info.flag_bits & _ENCRYPTED:
        return "is encrypted in the archive"
    if not readable(info.compress_type):
        return f"is packed by method {info.compress_type}, which isn't read here"
    if max(info.file_size, info.compress_size) > LARGEST:
        return f"has {info.file_size} bytes, over the limit of {LARGEST}"
    return ""


def _moved(path: str, below: str, above: str) -> str:
    """`below` is a folder of the rows that the archive lacks, `above` one of the archive's that the rows leave out."""
    return above + path.removeprefix(below)


def _broken(archive: Archive, problem: str) -> WeThinkError:
    sizes = Counter(part.size for part in archive.parts[:-1])
    usual = sizes.most_common(1)[0][0] if sizes else 0
    odd = next((part for part in archive.parts[:-1] if part.size != usual), archive.parts[-1])
    what = f"has {odd.size} bytes, the others {usual}" if odd is not archive.parts[-1] else "is the last one"
    fix = f"a part is cut off or missing: {odd.name} {what}"
    return WeThinkError(f"{len(archive.parts)} parts: {problem}", fix=fix, file=archive.parts[0].name)
