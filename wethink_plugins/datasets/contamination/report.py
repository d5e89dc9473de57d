"""Writes what was found: `matches.jsonl`, the removable list twice (`remove.txt`, `remove.jsonl`), and a page."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wethink_plugins.datasets.contamination.match import KINDS, Match
from wethink_plugins.datasets.contamination.pixels import BadPicture, Source, colour_thumbnail
from wethink_plugins.datasets.write import write_text

if TYPE_CHECKING:
    from wethink_plugins.datasets.contamination.check import Contamination
    from wethink_plugins.report import Card, Page

_SHOWN, _EDGE = 60, 240


def write_all(found: Contamination, out: Path, remove: Sequence[str]) -> list[Match]:
    """Into the folder `out`; `remove`: the kinds whose rows go on the list. Returns one match of each listed row."""
    gone = {match.row: match for match in reversed(found.matches) if match.removable(remove)}
    listed = sorted(gone.values(), key=lambda match: match.line)
    write_text(out / "matches.jsonl", _lines(match.as_record() for match in found.matches))
    reasons = (
        {"row": m.row, "line": m.line, "benchmark": m.benchmark, "index": m.index, "kind": m.kind} for m in listed
    )
    write_text(out / "remove.jsonl", _lines(reasons))
    names = "".join(f"{match.row}\n" for match in listed)
    write_text(out / "remove.txt", _printable(names))
    write_text(out / "report.html", _printable(page(found, len(listed)).html()))
    return listed


def page(found: Contamination, removable: int) -> Page:
    from wethink_plugins.report import Number, Page

    rows = found.counts[found.training.file.name]
    hit = {match.line for match in found.matches}
    built = Page("Contamination", f"{found.training.file.name} against {', '.join(b.name for b in found.benchmarks)}")
    built.numbers(
        Number("training rows", f"{rows.rows:,}"),
        Number("rows with a match", f"{len(hit):,}"),
        Number("on the removable list", f"{removable:,}"),
    )
    _benchmarks(built, found)
    _sources(built, found)
    _unread(built, found)
    return _pairs(built, found)


def _benchmarks(built: Page, found: Contamination) -> None:
    built.section(
        "By benchmark", "Rows by what they share with a question. A row that matches in several ways counts in each."
    )
    rows = []
    for benchmark in found.benchmarks:
        mine = [match for match in found.matches if match.benchmark == benchmark.name]
        counts = found.counts[benchmark.name]
        kinds = [len({match.line for match in mine if match.kind == kind}) for kind in KINDS]
        same = len({match.line for match in mine if match.same_answer and match.kind != "image"})
        rows.append(
            [benchmark.name, counts.rows, counts.pictures, counts.bad + benchmark.dangling, counts.plain, *kinds, same]
        )
    built.table(
        [
            "benchmark",
            "questions",
            "pictures",
            "unreadable",
            "plain",
            "image only",
            "text only",
            "both",
            "text and same answer",
        ],
        rows,
        caption="Plain pictures (one colour) are compared with nothing.",
    )


def _sources(built: Page, found: Contamination) -> None:
    names = [benchmark.name for benchmark in found.benchmarks]
    met = Counter(
        (match.source, match.benchmark) for match in {(m.line, m.benchmark): m for m in found.matches}.values()
    )
    rows = [
        [source or "(none)", count, *(met[source, name] for name in names)]
        for source, count in sorted(
            found.sources.items(), key=lambda one: (-sum(met[one[0], n] for n in names), one[0])
        )
    ]
    built.section("By source", "Rows of each source that match a benchmark.").table(["source", "rows", *names], rows)


def _unread(built: Page, found: Contamination) -> None:
    bad = [example for counts in found.counts.values() for example in counts.examples]
    if bad:
        total = sum(counts.bad for counts in found.counts.values())
        built.section(
            "Pictures that could not be read", f"{total:,} in all; they match nothing. The first of each set:"
        )
        built.table(["picture"], [[text] for text in bad])


def _pairs(built: Page, found: Contamination) -> Page:
    built.section(
        "Pairs to look at",
        "Left the training row's picture, right the benchmark's. Most alike first, then the doubtful end.",
    )
    pictures = sorted((m for m in found.matches if m.kind != "text"), key=lambda m: (m.distance, m.line))
    texts = [match for match in found.matches if match.kind == "text"]
    half = _SHOWN // 2
    chosen = pictures[:half] + pictures[half:][-half:] + texts[: _SHOWN // 4]
    return built.gallery([_card(found, match) for match in chosen])


def _card(found: Contamination, match: Match) -> Card:
    from wethink_plugins.report import Card, Fact

    facts = [
        Fact("row", f"{match.row} (line {match.line})"),
        Fact("benchmark", f"{match.benchmark} {match.index}"),
        Fact(
            "shares",
            match.kind + (", mirrored" if match.mirrored else "") + (", same answer" if match.same_answer else ""),
        ),
        Fact("distance", "–" if match.distance is None else f"{match.distance:.3f}"),
        Fact("text", f"{match.text:.2f}"),
    ]
    return Card(f"{match.source or 'row'} / {match.benchmark}", facts, _side_by_side(found, match))


def _side_by_side(found: Contamination, match: Match) -> str:
    from PIL import Image

    from wethink_plugins.report import data_uri

    benchmark = next(one for one in found.benchmarks if one.name == match.benchmark)
    both: list[Source | None] = [found.training.folder / match.image if match.image else None, None]
    try:
        both[1] = benchmark.places[match.bench_picture].read() if match.bench_picture >= 0 else None
        small = [colour_thumbnail(one, _EDGE) if one is not None else Image.new("RGB", (8, 8), "white") for one in both]
    except BadPicture:
        return ""
    canvas = Image.new("RGB", (2 * _EDGE, max(one.height for one in small)), "white")
    for place, one in enumerate(small):
        canvas.paste(one, (place * _EDGE, 0))
    return data_uri(canvas)


def _printable(text: str) -> str:
    """With half surrogate pairs, which no file can hold, escaped; `remove.jsonl` has them as they are."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _lines(records: Iterable[Mapping[str, Any]]) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)
