"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import platform
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from wethink_plugins.errors import WeThinkError


@contextmanager
def replacing(file: Path) -> Iterator[Path]:
    """A temporary name beside `file` to write to; takes its place at the end, is removed when the body raises.

    Folders that lack are made. What a process of this machine left half done there when it was killed is taken away.
    WeThinkError when the place can't be written.
    """
    mine = f".{file.name}.{zlib.crc32(platform.node().encode()):08x}"
    temporary = file.with_name(f"{mine}.{os.getpid()}.part")
    _refuse_folder(file)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        _remove_left(file.parent, mine)
        yield temporary
        os.replace(temporary, file)
    except OSError as error:
        raise WeThinkError(f"can't be written: {error}", fix="check folder, rights and space", file=file) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _remove_left(folder: Path, start: str) -> None:
    """By the dead; another machine's are left alone, whose processes can't be seen from here."""
    for name in os.listdir(folder):
        owner = name.removeprefix(start).removeprefix(".").removesuffix(".part")
        if name.startswith(f"{start}.") and name.endswith(".part") and owner.isdigit() and not _is_alive(int(owner)):
            with suppress(OSError):
                (folder / name).unlink()


def _is_alive(process: int) -> bool:
    if os.name == "nt":  # there is no asking without harm
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # not ours to ask
        return True
    return True


def remove(file: Path) -> None:
    """Takes a file away if it is there; WeThinkError when it can't be."""
    if not os.path.lexists(file):  # where nothing may be written, even what isn't there can't be removed
        return
    try:
        file.unlink()
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise WeThinkError(f"can't be removed: {error.strerror}", fix="remove it yourself", file=file) from error


def refuse_overwriting(source: str | Path, *outputs: Path) -> None:
    """WeThinkError when an output is the file that is read, or a folder."""
    for file in outputs:
        _refuse_folder(file)
        if file.resolve() == Path(source).expanduser().resolve():
            raise WeThinkError("this is the input, which it would overwrite", fix="give another output", file=file)


def _refuse_folder(file: Path) -> None:
    if file.is_dir():
        raise WeThinkError("is a folder", fix="name a file in it", file=file)


def write_text(file: Path, text: str) -> Path:
    """UTF-8 with \\n as line break on every system; returns `file`."""
    with replacing(file) as temporary:
        temporary.write_bytes(text.encode("utf-8"))
    return file
