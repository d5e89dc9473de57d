"""Compares a file of training rows with benchmarks, benchmark by benchmark."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from wethink_plugins.datasets.contamination.answers import same_answer
from wethink_plugins.datasets.contamination.benchmark import Benchmark, Found, Item, read_benchmark
from wethink_plugins.datasets.contamination.gathering import Gathered, Kept, gathered
from wethink_plugins.datasets.contamination.match import Counts, Kind, Match
from wethink_plugins.datasets.contamination.search import candidates, library
from wethink_plugins.datasets.contamination.text import LEAST, Questions, containment
from wethink_plugins.datasets.contamination.training import Training, TrainingRow
from wethink_plugins.datasets.contamination.verify import Copy, verified
from wethink_plugins.errors import WeThinkError

if TYPE_CHECKING:
    import numpy as np

CACHE = Path("~/.cache/wethink/pictures.sqlite")
Say = Callable[[str], None]
_EXAMPLES = 5


@dataclass
class Contamination:
    """`matches` in the order of the file, then of the benchmarks."""

    training: Training
    benchmarks: list[Benchmark] = field(default_factory=list)
    matches: list[Match] = field(default_factory=list)
    counts: dict[str, Counts] = field(default_factory=dict)
    """By name of the benchmark; the training rows stand under the name of their file."""
    sources: dict[str, int] = field(default_factory=dict)
    """Rows of each source."""


def check(
    file: Path, images: Path | None, against: Sequence[Path], cache: Path = CACHE, say: Say = lambda line: None
) -> Contamination:
    """WeThinkError for input that can't be used as it stands; a picture that can't be read is counted, no more."""
    library()
    if images is not None and not images.is_dir():
        raise WeThinkError("no such folder", fix="give the folder that image_path is relative to", file=images)
    training = Training(file, (images or file.parent).absolute())
    training.rows()  # whether there is such a file is said before hours of reading benchmarks
    found = Contamination(training)
    kept = Kept(cache.expanduser())
    try:
        theirs = [_read(path, name, kept, found, say) for path, name in zip(against, _names(against), strict=True)]
        ours = gathered(_pictures(found), kept, say)
    finally:
        kept.close()
    if not found.sources:
        raise WeThinkError("holds no rows", fix="check that this is the file that you mean", file=file)
    found.counts[file.name] = _counted(sum(found.sources.values()), ours, [str(one) for one in training.files])
    say(f"{file}: {found.counts[file.name].rows} rows, {len(ours.views)} pictures")
    for benchmark, pictures in zip(found.benchmarks, theirs, strict=True):
        copies = _copies(training, ours, benchmark, pictures)
        matches = list(_matches(training, benchmark, copies))
        found.matches += matches
        say(f"{benchmark.name}: {len({match.line for match in matches})} rows match")
    order = {benchmark.name: place for place, benchmark in enumerate(found.benchmarks)}
    found.matches.sort(key=lambda match: (match.line, order[match.benchmark]))
    return found


def _read(path: Path, name: str, kept: Kept, found: Contamination, say: Say) -> Gathered:
    benchmark = Benchmark(name, path)
    pictures = gathered(read_benchmark(path, benchmark), kept, say)
    found.benchmarks.append(benchmark)
    shown = [str(place.file) + (f" byte {place.start}" if place.start >= 0 else "") for place in benchmark.places]
    found.counts[name] = _counted(len(benchmark.items), pictures, shown)
    say(f"{path}: {len(benchmark.items)} questions, {len(benchmark.places)} pictures, {len(pictures.bad)} unreadable")
    if path.is_file() and not any(item.question for item in benchmark.items):
        say(f"{path}: has no texts under `question`, so it is compared by picture only")
    if not len(pictures.views) > len(pictures.bad):
        say(f"{path}: has no picture that can be read, so it is compared by text only")
    return pictures


def _pictures(found: Contamination) -> Iterator[Found]:
    for row in found.training.rows():
        found.sources[row.source] = found.sources.get(row.source, 0) + 1
        yield from found.training.take(row)


def _counted(rows: int, pictures: Gathered, shown: Sequence[str]) -> Counts:
    bad = tuple(f"{shown[number]}: {reason}" for number, reason in list(pictures.bad.items())[:_EXAMPLES])
    plain = int((~pictures.views.any(axis=(1, 2))).sum()) - len(pictures.bad)
    return Counts(rows, len(pictures.views), len(pictures.bad), plain, pictures.computed, bad)


def _copies(training: Training, ours: Gathered, benchmark: Benchmark, theirs: Gathered) -> dict[int, list[Copy]]:
    """By number of the training picture, most alike first."""
    rows, columns = _with_content(ours), _with_content(theirs)
    pairs = candidates(ours.views[rows], theirs.views[columns])
    found: dict[int, list[Copy]] = {}
    for copy in verified(
        pairs,
        ours.thumbs[rows],
        theirs.thumbs[columns],
        lambda number: training.files[int(rows[number])],
        lambda number: benchmark.places[int(columns[number])].read(),
    ):
        number = int(rows[copy.train])
        found.setdefault(number, []).append(Copy(number, int(columns[copy.bench]), copy.likeness, copy.mirrored))
    return {number: sorted(copies, key=lambda copy: -copy.likeness) for number, copies in found.items()}


def _with_content(pictures: Gathered) -> np.ndarray:
    """Numbers of the pictures that are neither broken nor plain."""
    import numpy as np

    return np.flatnonzero(pictures.views.any(axis=(1, 2)))


def _matches(training: Training, benchmark: Benchmark, copies: dict[int, list[Copy]]) -> Iterator[Match]:
    """One for each row and picture that it shares with the benchmark; else one for the question that it shares."""
    shown = benchmark.items_of()
    questions = Questions(item.question for item in benchmark.items)
    for row in training.rows():
        pairs = [
            (path, copy)
            for path in dict.fromkeys(row.pictures)
            for copy in copies.get(training.numbers.get(path, -1), [])
        ]
        done: set[int] = set()
        for path, copy in pairs:
            if copy.bench not in done:
                done.add(copy.bench)
                yield _by_picture(row, benchmark, shown[copy.bench], path, copy)
        if not pairs and (held := questions.held_by(row.question)):
            numbers, share = held[0]
            yield _by_text(row, benchmark, numbers, share)


def _by_picture(row: TrainingRow, benchmark: Benchmark, numbers: list[int], path: str, copy: Copy) -> Match:
    """Of the questions about the picture, the one that is most like the row's."""
    items = [benchmark.items[number] for number in numbers]
    told = [(containment(item.question, row.question), _answers(row, item), item) for item in items]
    share, same, item = max(told, key=lambda one: one[:2])
    kind: Kind = "both" if share >= LEAST else "image"
    return Match(
        row.id, row.line, row.source, benchmark.name, item.index, kind, max(0.0, 1 - copy.likeness), share, same,
        copy.mirrored, path, copy.bench, len(items) - 1,
    )  # fmt: skip


def _by_text(row: TrainingRow, benchmark: Benchmark, numbers: list[int], share: float) -> Match:
    same, item = max(((_answers(row, benchmark.items[n]), benchmark.items[n]) for n in numbers), key=lambda one: one[0])
    picture = item.pictures[0] if item.pictures else -1
    return Match(
        row.id, row.line, row.source, benchmark.name, item.index, "text", None, share, same,
        False, row.pictures[0] if row.pictures else "", picture, len(numbers) - 1,
    )  # fmt: skip


def _answers(row: TrainingRow, item: Item) -> bool:
    return same_answer(row.answer, row.options, item.answer, item.options)


def _names(paths: Sequence[Path]) -> list[str]:
    """Of files without their suffix; the whole path where two are called the same."""
    names = [path.name if path.is_dir() else path.stem for path in paths]
    if len({path.resolve() for path in paths}) < len(paths):
        raise WeThinkError("a benchmark is given twice", fix="name each once", field="--against")
    return [name if names.count(name) == 1 else str(path) for name, path in zip(names, paths, strict=True)]
