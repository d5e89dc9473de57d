"""The sets that the rows' images come from: by what name, under which licence, near which benchmark, how many wanted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from wethink_plugins.errors import WeThinkError

_KEYS = "title, root, licence, benchmarks, quota, origin"


class Source(BaseModel):
    """One entry of the registry. `root` is the first folder of its image paths (default: its name).

    `benchmarks` share pictures or questions with it. `quota`: rows wanted of it, None for any number. `origin` says
    where folder and membership are known from.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str = ""
    root: str = ""
    licence: str = "unknown"
    benchmarks: tuple[str, ...] = ()
    quota: int | None = Field(default=None, ge=0)
    origin: str = "given"


@dataclass(frozen=True)
class SourceUse:
    """How many accepted rows come from one source; `source` is None for one that the registry doesn't know."""

    name: str
    rows: int
    source: Source | None

    @property
    def over(self) -> int | None:
        """Rows above the quota, negative below it; None without a quota."""
        return None if self.source is None or self.source.quota is None else self.rows - self.source.quota


class Sources:
    """The built-in registry, with a user's own file over it: entries of the same name are replaced."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self._by_name: dict[str, Source] = {}
        for source in sources:
            for name in (source.name, source.root):
                self._by_name[_folded(name)] = source

    @classmethod
    def load(cls, own: str | Path | None = None) -> Sources:
        """WeThinkError, with file and entry, for a file of the user's that can't be read."""
        return cls([*_builtin(), *(_read(Path(own).expanduser()) if own is not None else ())])

    def knows(self, name: str) -> bool:
        return _folded(name) in self._by_name

    def find(self, name: str) -> Source | None:
        """By its name or its folder, whatever the case."""
        return self._by_name.get(_folded(name))

    def used(self, rows: Mapping[str, int]) -> tuple[SourceUse, ...]:
        """One line a source that has rows or a quota, the most rows first; `rows` counts them by name."""
        counted: Counter[str] = Counter()
        for name, number in rows.items():
            source = self._by_name.get(_folded(name))
            counted[source.name if source else name] += number
        for source in self._by_name.values():
            if source.quota is not None:
                counted[source.name] += 0
        uses = [SourceUse(name, number, self._by_name.get(_folded(name))) for name, number in counted.items()]
        wanted = [use for use in uses if use.rows or use.over is not None]
        return tuple(sorted(wanted, key=lambda use: (-use.rows, use.name)))


def _folded(name: str) -> str:
    return name.strip().strip("/").casefold()


def _builtin() -> list[Source]:
    return _parsed(files("wethink_plugins.datasets").joinpath("sources.yaml").read_text(encoding="utf-8"), None)


def _read(file: Path) -> list[Source]:
    try:
        return _parsed(file.read_text(encoding="utf-8"), file)
    except (OSError, UnicodeDecodeError) as error:
        raise WeThinkError(f"can't be read: {error}", fix="check path and rights", file=file) from None


def _parsed(text: str, file: Path | None) -> list[Source]:
    import yaml

    try:
        entries = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise WeThinkError(f"no valid YAML: {' '.join(str(error).split())}", fix="repair it", file=file) from None
    if not isinstance(entries, Mapping) or not isinstance(entries.get("sources"), Mapping) or len(entries) > 1:
        raise WeThinkError("no mapping `sources:`", fix="write sources: {NAME: {licence: ..., quota: ...}}", file=file)
    return [_source(str(name), values, file) for name, values in entries["sources"].items()]


def _source(name: str, values: Any, file: Path | None) -> Source:
    try:
        return Source(**{"root": name, "title": name, **(values or {}), "name": name})
    except (ValidationError, TypeError) as error:
        first = error.errors()[0] if isinstance(error, ValidationError) else {"loc": (), "msg": str(error)}
        where = ".".join(("sources", name, *map(str, first["loc"])))
        raise WeThinkError(str(first["msg"]), fix=f"known keys: {_KEYS}", file=file, field=where) from None
