"""One image as it lies in the archive."""

from __future__ import annotations

import bz2
import struct
import zlib
from dataclasses import dataclass

_HEADER = struct.Struct("<4s22xHH")
_STORED, _DEFLATED, _BZIP2 = 0, 8, 12


@dataclass(frozen=True, slots=True)
class Entry:
    """`start` to `end`: where its header and bytes lie, up to the next entry. `fault`: why it can't be used, or ""."""

    name: str
    start: int
    end: int
    packed: int
    size: int
    crc: int
    method: int
    fault: str = ""


def unpacked(entry: Entry, data: memoryview) -> bytes | memoryview:
    """The image out of the bytes from `start` to `end`; ValueError when they aren't what the directory says."""
    packed = _packed(entry, data)
    try:
        content = _unpack(entry, packed)
    except (zlib.error, OSError, EOFError) as error:
        raise ValueError(f"can't be unpacked: {error}") from None
    if len(content) != entry.size:
        raise ValueError(f"has {len(content)} bytes, the archive says {entry.size}")
    if zlib.crc32(content) != entry.crc:
        raise ValueError("has another checksum (CRC-32) than the archive says")
    return content


def _packed(entry: Entry, data: memoryview) -> memoryview:
    """Its own header stands before it, with extra fields that the directory doesn't have."""
    if len(data) < _HEADER.size:
        raise ValueError("has no header in the archive")
    signature, name, extra = _HEADER.unpack_from(data)
    start = _HEADER.size + name + extra
    if signature != b"PK\x03\x04":
        raise ValueError("has no header in the archive")
    if start + entry.packed > len(data):
        raise ValueError("runs into the next entry of the archive")
    return data[start : start + entry.packed]


def _unpack(entry: Entry, packed: memoryview) -> bytes | memoryview:
    """Never more than one byte over the size that the archive says, whatever the packed bytes unfold to."""
    if entry.method == _STORED:
        return packed
    if entry.method == _DEFLATED:
        return zlib.decompressobj(-15).decompress(packed, entry.size + 1)
    if entry.method == _BZIP2:
        return bz2.BZ2Decompressor().decompress(packed, entry.size + 1)
    raise ValueError(f"is packed by method {entry.method}, which isn't read here")


def readable(method: int) -> bool:
    return method in (_STORED, _DEFLATED, _BZIP2)
