"""What a run leaves: rows.jsonl, provenance.jsonl, rejects.jsonl, and images/ with the pictures of the rows.

Written anew from the ledger each time, in the order of the items: the same ledger gives the same bytes, however often a
process was killed and in whichever order items ended. Each file is there whole or not at all, and rows.jsonl comes
last, so that what it names is there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import IO

from wethink_plugins.datasets.write import replacing
from wethink_plugins.synthesis.ledger import Ledger
from wethink_plugins.synthesis.output.lines import line
from wethink_plugins.synthesis.output.pictures import Pictures
from wethink_plugins.synthesis.output.provenance import provenance_of
from wethink_plugins.synthesis.output.rejects import lost_of, reject_of
from wethink_plugins.synthesis.records import ItemRecord
from wethink_plugins.synthesis.row import row_of
from wethink_plugins.synthesis.run import RunFolder

__all__ = ["write_outputs"]

ROWS, PROVENANCE, REJECTS, IMAGES = "rows.jsonl", "provenance.jsonl", "rejects.jsonl", "images"
_AT_A_TIME = 256


def write_outputs(run: RunFolder, ledger: Ledger) -> Mapping[str, int]:
    """Of the closed rounds. Counts of rows and rejects, and `lost`, if any: accepted rows whose picture has gone since.

    For who holds the run's lock. SourceGone where a whole source has gone; then nothing is changed. WeThinkError where
    the folder can't be written.
    """
    counts = Counter(rows=0, rejects=0)
    with ExitStack() as stack:
        pictures = stack.enter_context(Pictures(run.folder / IMAGES))
        rows, rejects, provenance = (_opened(stack, run.folder / name) for name in (ROWS, REJECTS, PROVENANCE))
        for records in _batches(ledger.settled()):
            faults = pictures.put([record.draft.image for record in records if record.status == "passed"])
            for record in records:
                if record.status == "rejected":
                    counts["rejects"] += 1
                    rejects.write(line(reject_of(record)))
                elif fault := faults.get(record.draft.image.id):
                    counts["lost"] += 1
                    rejects.write(line(lost_of(record, fault)))
                else:
                    counts["rows"] += 1
                    rows.write(line(row_of(record.item, record.draft)))
                    provenance.write(line(provenance_of(record, run)))
    return dict(counts)


def _opened(stack: ExitStack, file: Path) -> IO[str]:
    """They are moved in the other order."""
    temporary = stack.enter_context(replacing(file))
    return stack.enter_context(temporary.open("w", encoding="utf-8", newline="\n"))


def _batches(records: Iterator[ItemRecord]) -> Iterable[list[ItemRecord]]:
    return iter(lambda: list(islice(records, _AT_A_TIME)), [])
