"""What a run has so far: a file that is only appended to, and that one process holds at a time.

Its first line says what the run is; each further one is a row's place and its output line. A killed process leaves at
most its last line cut short, which the next one takes away.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from wethink_plugins.datasets.write import remove, replacing
from wethink_plugins.errors import WeThinkError

_SUFFIX = ".partial"


class Partial:
    """Open it with `begin`. `done` maps a row's place to where its line begins in the file."""

    def __init__(self, out: Path, file: Path, handle: IO[bytes], done: dict[int, int]) -> None:
        self.out, self.file, self._handle, self.done = out, file, handle, done

    @classmethod
    def begin(cls, out: Path, run: Mapping[str, Any], restart: bool = False, overwrite: bool = False) -> Partial:
        """Starts or goes on. WeThinkError: another process is at it, it is another run's, or `out` is there already."""
        require_free(out, overwrite)
        out = out.expanduser()
        file = out.with_name(out.name + _SUFFIX)
        handle = _held(file, out)
        try:
            if restart:
                handle.truncate(0)
            return cls(out, file, handle, _read(handle, file, dict(run)))
        except BaseException:
            handle.close()
            raise

    def add(self, lines: Mapping[int, str]) -> None:
        """Output lines by their rows' places. A later line of a row takes the place of an earlier one."""
        try:
            for place, line in lines.items():
                start = self._handle.seek(0, os.SEEK_END)
                self._handle.write(json.dumps([place, line], ensure_ascii=False).encode("utf-8") + b"\n")
                self.done[place] = start
            self._handle.flush()
            os.fsync(self._handle.fileno())
        except OSError as error:
            raise WeThinkError(f"can't be written: {error}", fix="check space and rights", file=self.file) from error

    def lines(self) -> Iterator[str]:
        """In the order of the rows, without line breaks."""
        for _, start in sorted(self.done.items()):
            self._handle.seek(start)
            yield str(json.loads(self._handle.readline())[1])

    def finish(self) -> None:
        """Moves the whole output, in the order of the rows, into place."""
        with replacing(self.out) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(line + "\n" for line in self.lines())
        remove(self.file)

    def close(self) -> None:
        self._handle.close()


def require_free(out: Path, overwrite: bool = False) -> None:
    """WeThinkError when `out` is there and no run of its own is half done: before a model is loaded."""
    out = out.expanduser()
    if out.is_dir():
        raise WeThinkError("is a folder", fix="give a file", file=out)
    if out.exists() and not overwrite and not out.with_name(out.name + _SUFFIX).exists():
        raise WeThinkError("is there already", fix="give another --out, or --overwrite", file=out)


def _held(file: Path, out: Path) -> IO[bytes]:
    """Opened and locked. The lock goes with the process, however that ends."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        while True:
            handle = file.open("a+b")
            if not _lock(handle):
                handle.close()
                raise WeThinkError("another process writes it now", fix="wait for it, or give another --out", file=out)
            if file.exists() and os.path.samestat(os.fstat(handle.fileno()), file.stat()):
                return handle
            handle.close()  # the other one finished, and took it away, between our opening and our locking
    except OSError as error:
        raise WeThinkError(f"can't be written: {error}", fix="check folder and rights", file=file) from error


def _lock(handle: IO[bytes]) -> bool:
    try:
        import fcntl
    except ImportError:  # Windows: nobody is kept away
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(handle: IO[bytes], file: Path, run: dict[str, Any]) -> dict[int, int]:
    handle.seek(0)
    done: dict[int, int] = {}
    end = number = 0
    for number, line in enumerate(handle, start=1):
        if not line.endswith(b"\n"):
            break
        value = _parsed(line, file, number)
        if number == 1:
            _require_same(value, json.loads(json.dumps(run)), file)
        else:
            done[int(value[0])] = end
        end += len(line)
    handle.truncate(end)
    if not end:
        handle.write(json.dumps(run).encode() + b"\n")
        handle.flush()
    return done


def _parsed(line: bytes, file: Path, number: int) -> Any:
    try:
        return json.loads(line)
    except ValueError as error:
        problem = f"line {number} is broken: {error}"
        raise WeThinkError(problem, fix="--restart throws it away and asks anew", file=file) from None


def _require_same(before: Any, now: Mapping[str, Any], file: Path) -> None:
    """Named one by one: half a file by one model and half by another would look like one."""
    changed = _changes(before if isinstance(before, Mapping) else {}, now)
    if changed:
        problem = f"was begun with other settings: {'; '.join(changed)}"
        raise WeThinkError(problem, fix="set them back, give another --out, or --restart to begin anew", file=file)


def _changes(before: Mapping[str, Any], now: Mapping[str, Any], above: str = "") -> list[str]:
    found: list[str] = []
    for name in sorted({*before, *now}):
        old, new = before.get(name), now.get(name)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            found += _changes(old, new, f"{above}{name}.")
        elif old != new:
            found.append(f"{above}{name} was {old!r}, is {new!r}")
    return found
