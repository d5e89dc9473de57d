"""The rows that are looked at: drawn once, the same for the same file and seed, and kept in the audit's folder."""

from __future__ import annotations

import hashlib
import heapq
import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from wethink_plugins.config import Aliases
from wethink_plugins.datasets.audit.strata import Stratum, allocate, stratum_of
from wethink_plugins.datasets.records import read_jsonl, read_records
from wethink_plugins.datasets.write import write_text
from wethink_plugins.errors import WeThinkError
from wethink_plugins.rows import row_id

SAMPLE, SETTINGS = "sample.jsonl", "audit.json"
BY = ("source", "question_type")
# What a person may need to see. Other fields, pictures as bytes among them, are left in the file.
_KEPT = "problem answer category abilities refined_cot response image_path reward options source split".split()


@dataclass(frozen=True)
class SampledRow:
    """`line` counts from 1 in the file; `record` is as written there, without the fields that nobody is shown."""

    place: int
    id: str
    line: int
    stratum: Stratum
    record: dict[str, Any]


@dataclass(frozen=True)
class Sample:
    """`strata`: rows of each stratum in the whole file. `images` is the folder that image paths are relative to."""

    file: str
    images: str
    by: tuple[str, ...]
    seed: int
    strata: dict[Stratum, int]
    rows: tuple[SampledRow, ...]

    @property
    def population(self) -> int:
        return sum(self.strata.values())


def draw(
    file: Path,
    images: Path | None = None,
    size: int = 200,
    by: Sequence[str] = BY,
    seed: int = 0,
    aliases: Aliases | None = None,
) -> Sample:
    """Reads the file twice: to count strata, then for the rows that were drawn. Strata are mixed in the sample's order.

    A row is drawn by a hash of its id and the seed, so the order of the file doesn't matter (but between rows of the
    same id). WeThinkError for a file
    without rows, a name in `by` that no row has, more strata than rows.
    """
    aliases = aliases or Aliases()
    images = images or file.expanduser().parent
    if not images.expanduser().is_dir():
        raise WeThinkError("no such folder", fix="give the folder that image_path is relative to", file=images)
    lowest, sizes = _lowest(file, size, by, seed, aliases)
    try:
        wanted = allocate(sizes, size)
    except WeThinkError as error:
        raise WeThinkError(error.problem, fix=error.fix, file=file) from None
    drawn = sorted(one for stratum, found in lowest.items() for one in sorted(found, reverse=True)[: wanted[stratum]])
    rows = _rows(file, {-line: place for place, (_, line) in enumerate(reversed(drawn))}, by, aliases)
    folder = str(images.expanduser().absolute())
    return Sample(str(file.expanduser().absolute()), folder, tuple(by), seed, dict(sorted(sizes.items())), rows)


_Found = dict[Stratum, list[tuple[int, int]]]


def _lowest(
    file: Path, size: int, by: Sequence[str], seed: int, aliases: Aliases
) -> tuple[_Found, defaultdict[Stratum, int]]:
    """Of each stratum the `size` lowest (-hash, -line), and how many rows it has."""
    lowest: _Found = defaultdict(list)
    sizes: defaultdict[Stratum, int] = defaultdict(int)
    times: Counter[int] = Counter()  # by a hash of the id, which takes less memory
    missing = {name for name in by if name not in ("source", "question_type", "reward_method")}
    for line, record in read_records(file):
        missing -= record.keys()
        stratum = stratum_of(record, by, aliases)
        sizes[stratum] += 1
        identity = row_id(record)
        times[short := _hash(identity)] += 1
        one = (-_hash(f"{seed}\0{times[short]}\0{identity}"), -line)
        if len(lowest[stratum]) < size:
            heapq.heappush(lowest[stratum], one)
        else:
            heapq.heappushpop(lowest[stratum], one)
    if not sizes:
        raise WeThinkError("holds no rows", fix="check that this is the file that you mean", file=file)
    if missing:
        raise WeThinkError(
            f"no row has {', '.join(sorted(missing))}",
            fix="use source, question_type, reward_method or a field",
            file=file,
        )
    return lowest, sizes


def _rows(file: Path, places: Mapping[int, int], by: Sequence[str], aliases: Aliases) -> tuple[SampledRow, ...]:
    rows = []
    for line, record in read_records(file):
        if line in places:
            kept = {name: record[name] for name in _KEPT if record.get(name) is not None}
            plain = json.loads(json.dumps(kept, default=str))
            rows.append(SampledRow(places[line], row_id(record), line, stratum_of(record, by, aliases), plain))
    return tuple(sorted(rows, key=lambda row: row.place))


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def write_sample(sample: Sample, folder: Path) -> None:
    """The settings first: a folder that has `sample.jsonl` has both."""
    strata = [{"stratum": list(stratum), "rows": rows} for stratum, rows in sample.strata.items()]
    settings = {"file": sample.file, "images": sample.images, "by": sample.by, "seed": sample.seed, "strata": strata}
    write_text(folder / SETTINGS, json.dumps(settings, indent=2) + "\n")
    write_text(folder / SAMPLE, "".join(json.dumps(asdict(row)) + "\n" for row in sample.rows))


def read_sample(folder: Path) -> Sample:
    """WeThinkError where there is none, or where it isn't as it was written."""
    if not (folder / SAMPLE).is_file():
        raise WeThinkError("holds no sample", fix="start with `wethink data audit FILE --out DIR`", file=folder)
    try:
        settings = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
        strata = {tuple(one["stratum"]): int(one["rows"]) for one in settings["strata"]}
        lines = [record for _, record in read_jsonl(folder / SAMPLE)]
        rows = tuple(SampledRow(**{**line, "stratum": tuple(line["stratum"])}) for line in lines)
        fine = bool(rows) and [row.place for row in rows] == list(range(len(rows)))
        fine = fine and all(row.stratum in strata for row in rows)
        sample = Sample(settings["file"], settings["images"], tuple(settings["by"]), settings["seed"], strata, rows)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _changed(folder, f"{type(error).__name__}: {error}") from None
    if not fine:
        raise _changed(folder, "places or strata don't fit together")
    return sample


def _changed(folder: Path, found: str) -> WeThinkError:
    return WeThinkError(
        f"{SAMPLE} or {SETTINGS} is not as it was written: {found}",
        fix="restore it, or draw into another --out",
        file=folder,
    )
