"""Accepted rows for people to look at: a folder that `wethink data audit` takes, whatever the run is doing."""

from __future__ import annotations

import hashlib
import heapq
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from wethink_plugins.datasets.audit.strata import Stratum, allocate
from wethink_plugins.datasets.write import replacing
from wethink_plugins.errors import WeThinkError
from wethink_plugins.synthesis.output.lines import line
from wethink_plugins.synthesis.output.pictures import Pictures
from wethink_plugins.synthesis.records import ItemRecord
from wethink_plugins.synthesis.report.outcome import outcomes
from wethink_plugins.synthesis.report.state import reading
from wethink_plugins.synthesis.report.traits import type_of
from wethink_plugins.synthesis.row import row_of
from wethink_plugins.synthesis.run import RunFolder

SETTLED_BY = "settled_by"
"""A field of the sample's rows: agreement, or vision or text, whom the arbiter found right."""
_BY = ("question_type", SETTLED_BY)


def write_audit_sample(run: RunFolder, size: int, folder: Path) -> dict[str, Any]:
    """`rows.jsonl` and the pictures of `size` accepted rows, or of all where there are fewer; what to run with them.

    Drawn by a hash of item and seed, in proportion to the strata by question type and by what settled the answer, one of
    each at least. The ledger is read twice. WeThinkError where nothing is accepted, or there are more strata than rows.
    """
    numbers, sizes = _drawn(run, size)
    rows, lost = 0, 0
    with (
        Pictures(folder / "images") as pictures,
        replacing(folder / "rows.jsonl") as file,
        file.open("w", encoding="utf-8", newline="\n") as out,
    ):
        for item in _items(run, numbers):
            if pictures.put([item.draft.image]):
                lost += 1
                continue
            row = row_of(item.item, item.draft)
            out.write(line({**row, "image_path": f"images/{row['image_path']}", SETTLED_BY: settled_by(item)}))
            rows += 1
    command = (
        f"wethink data audit {folder / 'rows.jsonl'} --out {folder / 'audit'} --sample {rows} --by {','.join(_BY)}"
    )
    strata = [{**dict(zip(_BY, stratum, strict=True)), "rows": number} for stratum, number in sorted(sizes.items())]
    return {"rows": rows, "lost": lost, "accepted": sizes.total(), "strata": strata, "command": command}


def settled_by(item: ItemRecord) -> str:
    """What the final answer rests on."""
    draft = item.draft
    if draft.agreement is not None and draft.agreement.agree:
        return "agreement"
    return draft.arbitration.choice if draft.arbitration else "nothing"


def _drawn(run: RunFolder, size: int) -> tuple[set[int], Counter[Stratum]]:
    """Numbers of the items, and how many accepted items each stratum has."""
    lowest: dict[Stratum, list[tuple[int, int]]] = defaultdict(list)
    sizes: Counter[Stratum] = Counter()
    with reading(run) as ledger:
        for item, outcome in outcomes(ledger):
            if outcome.kind == "accepted":
                stratum = (type_of(item), settled_by(item))
                sizes[stratum] += 1
                _keep(lowest[stratum], (-_hash(f"{run.config.seed}\0{item.item}"), item.number), size)
    if not sizes:
        raise WeThinkError("no row is accepted yet", fix="wait for the end of a round", file=run.folder)
    try:
        wanted = allocate(sizes, size)
    except WeThinkError as error:
        raise WeThinkError(error.problem, fix=f"--audit-sample {len(sizes)} or more", file=run.folder) from None
    drawn = (sorted(found, reverse=True)[: wanted[stratum]] for stratum, found in lowest.items())
    return {number for some in drawn for _, number in some}, sizes


def _keep(heap: list[tuple[int, int]], one: tuple[int, int], size: int) -> None:
    if len(heap) < size:
        heapq.heappush(heap, one)
    else:
        heapq.heappushpop(heap, one)


def _items(run: RunFolder, numbers: set[int]) -> Iterator[ItemRecord]:
    with reading(run) as ledger:
        for number in sorted(numbers):
            yield from ledger.items(number, number + 1)


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")
