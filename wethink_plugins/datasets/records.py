"""Reads the records of a file one by one, with the line (or row, from 1) each stands on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from wethink_plugins.datasets.parquet import parquet_lines
from wethink_plugins.errors import WeThinkError
from wethink_plugins.kind import kind_of
from wethink_plugins.registry import lookup, registered

Records = Iterator[tuple[int, dict[str, Any]]]
Lines = Iterator[tuple[int, "dict[str, Any] | WeThinkError"]]
_T = TypeVar("_T")


def read_records(file: str | Path) -> Records:
    """With the loader that is registered for the file's suffix. WeThinkError says which file and line can't be read."""
    loader, path = _loader(file)
    return _readable(loader(path), file)


def read_lines(file: str | Path) -> Lines:
    """As `read_records`, but a broken line of JSONL, or a row of parquet that can't be read, comes as the WeThinkError
    about it, and the reading goes on."""
    loader, path = _loader(file)
    lenient: dict[Any, Callable[[Path], Lines]] = {read_jsonl: _lines, read_parquet: parquet_lines}
    return _readable(lenient.get(loader, loader)(path), file)


def _loader(file: str | Path) -> tuple[Callable[[Path], Records], Path]:
    path = Path(file).expanduser()
    if not path.is_file():
        raise WeThinkError("no such file" if not path.exists() else "is not a file", fix="check the path", file=file)
    kind = path.suffix.lstrip(".").lower()
    if kind not in registered("datasets"):
        known = ", ".join(f".{name}" for name in sorted(registered("datasets")))
        raise WeThinkError(f"no loader for {path.suffix or 'a file without suffix'}", fix=f"known: {known}", file=file)
    return lookup("datasets", kind), path


def _readable(records: Iterator[_T], file: str | Path) -> Iterator[_T]:
    try:
        yield from records
    except OSError as error:
        raise WeThinkError(
            f"can't be read: {error.strerror or error}", fix="check rights and disk", file=file
        ) from None


def read_jsonl(file: Path) -> Records:
    """One JSON object a line; empty lines are skipped, a byte order mark is too."""
    with file.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            yield from _read_line(line, number, file)


def _lines(file: Path) -> Lines:
    with file.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                yield from _read_line(line, number, file)
            except WeThinkError as error:
                error.defect = "broken_line"
                yield number, error


def read_appended(file: Path, cut_short: list[str]) -> Records:
    """JSONL that a process appended to until it was killed: a last line that has no end and is no JSON is left out.

    Its place is added to `cut_short`. Any other broken line is a WeThinkError, as in `read_jsonl`.
    """
    return _readable(_appended(file, cut_short), file)


def _appended(file: Path, cut_short: list[str]) -> Records:
    with file.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.endswith(b"\n") and not _is_json(line):
                cut_short.append(f"{file}:{number}")
                return
            yield from _read_line(line, number, file)


def read_json(file: Path) -> Records:
    """A JSON list of objects; the number counts them from 1."""
    values = _parsed(_decoded(file.read_bytes(), str(file)).lstrip("\ufeff"), str(file))
    if not isinstance(values, list):
        raise WeThinkError(f"holds {kind_of(values)}, not a list of rows", fix="put the rows in [ ]", file=file)
    for number, value in enumerate(values, start=1):
        yield number, _record(value, f"{file}:{number}")


def read_parquet(file: Path) -> Records:
    """One record a row; the number counts them from 1."""
    for number, record in parquet_lines(file):
        if isinstance(record, WeThinkError):
            raise record
        yield number, record


def _read_line(line: bytes, number: int, file: Path) -> Records:
    place = f"{file}:{number}"
    text = _decoded(line, place).lstrip("\ufeff")
    if text.strip():
        yield number, _record(_parsed(text, place), place)


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return not line.strip()
    return True


def _decoded(data: bytes, place: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise WeThinkError(
            f"not UTF-8: {error.reason} at byte {error.start}", fix="save it as UTF-8", file=place
        ) from None


def _parsed(text: str, place: str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        fix = "one whole JSON object a line" if place.rpartition(":")[2].isdigit() else "a JSON list of objects"
        raise WeThinkError(f"not valid JSON: {error}", fix=f"repair or remove it: {fix}", file=place) from None


def _record(value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise WeThinkError(f"is {kind_of(value)}, not an object", fix="write a row as {...}", file=place)
    return value


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")
