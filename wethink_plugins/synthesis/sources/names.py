"""Names from disks and archives, made into paths that every file system, data file and host can hold.

A name that is fine stays as it is. Another one is changed and gets a digest of what it was, so that two names never become
one. No folder ends like a picture, so that none is in the way of a file; `~` is left to `drawn` for telling the same
name apart.
"""

from __future__ import annotations

import hashlib
import re

# What Pillow opens and a set of pictures is made of; it reads PDF, video and HDF5 by suffix too, which nobody means here.
SUFFIXES = frozenset(
    ".apng .avif .bmp .dib .gif .jfif .jp2 .j2k .jpe .jpeg .jpg .pbm .pgm .png .pnm .ppm .tga .tif .tiff .webp".split()
)
# Of a picture whose name is not known.
NO_SUFFIX = ".img"
_UNSAFE = re.compile('[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff\\\\/:*?"<>|#~]')
# Of bytes in UTF-8; file systems hold 255 a part, and a digest is added.
_LONGEST_PART, _LONGEST = 180, 800


def is_picture(name: str) -> bool:
    """By its suffix; hidden files are none (`._a.jpg` is what macOS adds to archives)."""
    stem, dot, suffix = name.rpartition("/")[2].rpartition(".")
    return bool(stem) and stem[0] != "." and f"{dot}{suffix}".lower() in SUFFIXES


def path_of(name: str) -> str:
    """A relative path without `..`: `a/b.png` stays, `../b.png` becomes `_-1f0c.../b.png`."""
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if not parts:
        return component(name)
    path = "/".join([*(component(part, folder=True) for part in parts[:-1]), component(parts[-1])])
    return path if len(path.encode()) <= _LONGEST else f"long/{_with_digest(component(parts[-1]), name)}"


def component(part: str, folder: bool = False) -> str:
    """One part of a path. `folder`: the last part is the picture itself."""
    safe = _UNSAFE.sub("_", part).strip()
    if not safe or safe[0] == "." or safe[-1] == ".":
        safe = f"_{safe.strip('.')}"
    if len(safe.encode()) > _LONGEST_PART:
        safe = _shortened(safe)
    if folder and _suffix(safe):
        safe = safe.replace(".", "_")
    return safe if safe == part else _with_digest(safe, part)


def _with_digest(name: str, original: str) -> str:
    digest = hashlib.blake2b(original.encode("utf-8", "surrogatepass"), digest_size=5).hexdigest()
    suffix = _suffix(name)
    return f"{name.removesuffix(suffix)}-{digest}{suffix}"


def _suffix(name: str) -> str:
    stem, dot, suffix = name.rpartition(".")
    whole = f"{dot}{suffix}"
    return whole if stem and whole.lower() in SUFFIXES | {NO_SUFFIX} else ""


def _shortened(name: str) -> str:
    suffix = _suffix(name)
    return name.encode()[: _LONGEST_PART - len(suffix)].decode("utf-8", "ignore").removesuffix(suffix).strip() + suffix
