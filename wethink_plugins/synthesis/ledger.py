"""The ledger of a run: its images, how each item ended, and what was decided at the end of each round.

One SQLite file, one writing process (`run.RunFolder` holds the lock), any number of readers at the same time. Calls are not here but in
the call store, which is written before anything that rests on a reply; so whatever this file lacks can be had again
without asking a model twice. Each method is one transaction; errors of SQLite are raised as they are.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from wethink_plugins.synthesis.records import ImageRef, ItemRecord, RoundRecord

_SCHEMA = """
CREATE TABLE IF NOT EXISTS images (number INTEGER PRIMARY KEY, record TEXT);
CREATE TABLE IF NOT EXISTS items (
  item TEXT PRIMARY KEY, number INTEGER, round INTEGER, status TEXT, stage TEXT, reason TEXT, record TEXT) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS items_by_number ON items (number);
CREATE INDEX IF NOT EXISTS items_by_end ON items (status, stage, reason, round);
CREATE TABLE IF NOT EXISTS rounds (round INTEGER PRIMARY KEY, record TEXT);
CREATE TABLE IF NOT EXISTS late (item TEXT PRIMARY KEY, reason TEXT, detail TEXT) WITHOUT ROWID;
"""


class Ledger:
    """`file` is made where it lacks, unless `reads_only`."""

    def __init__(self, file: Path, reads_only: bool = False) -> None:
        self._connection = sqlite3.connect(
            f"file:{file}?mode={'ro' if reads_only else 'rwc'}", uri=True, timeout=10.0, isolation_level=None
        )
        if not reads_only:
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.executescript(_SCHEMA)

    def set_images(self, images: Iterable[ImageRef]) -> None:
        """In the run's order; once, at its start: what later appears in a folder moves nothing."""
        with self._transaction():
            self._connection.executemany(
                "INSERT INTO images VALUES (?, ?)",
                ((number, image.model_dump_json()) for number, image in enumerate(images)),
            )

    def image_count(self) -> int:
        return int(self._connection.execute("SELECT COUNT(*) FROM images").fetchone()[0])

    def images(self, start: int = 0, stop: int | None = None) -> list[ImageRef]:
        """Those with start <= number < stop."""
        query = "SELECT record FROM images WHERE number >= ? AND number < ? ORDER BY number"
        rows = self._connection.execute(query, (start, stop if stop is not None else 1 << 62))
        return [ImageRef.model_validate_json(record) for (record,) in rows]

    def add(self, record: ItemRecord) -> None:
        """An item ends once: a second record of it is an error."""
        self._connection.execute(
            "INSERT INTO items VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                record.item, record.number, record.round, record.status, record.stage, record.reason,
                record.model_dump_json(),
            ),
        )  # fmt: skip

    def close_round(self, record: RoundRecord) -> None:
        with self._transaction():
            self._connection.execute("INSERT INTO rounds VALUES (?, ?)", (record.round, record.model_dump_json()))
            self._connection.executemany(
                "INSERT INTO late VALUES (?, 'near_duplicate', ?)", list(record.duplicates.items())
            )

    def done(self) -> set[int]:
        """Numbers of the items that have ended."""
        return {number for (number,) in self._connection.execute("SELECT number FROM items")}

    def items(self, start: int = 0, stop: int | None = None) -> Iterator[ItemRecord]:
        """Ended items with start <= number < stop, in order."""
        query = "SELECT record FROM items WHERE number >= ? AND number < ? ORDER BY number"
        for (record,) in self._connection.execute(query, (start, stop if stop is not None else 1 << 62)):
            yield ItemRecord.model_validate_json(record)

    def settled(self) -> Iterator[ItemRecord]:
        """Items of closed rounds, in order, near-duplicates turned into rejections; what is passed here is accepted."""
        late = {item: detail for item, detail in self._connection.execute("SELECT item, detail FROM late")}
        last = self.last_round()
        for record in self.items():
            if last is None or record.round > last.round:
                continue
            if record.item in late:
                record = record.model_copy(
                    update={
                        "status": "rejected", "stage": "near_duplicate", "reason": "near_duplicate",
                        "detail": late[record.item],
                    }
                )  # fmt: skip
            yield record

    def rounds(self) -> list[RoundRecord]:
        rows = self._connection.execute("SELECT record FROM rounds ORDER BY round").fetchall()
        return [RoundRecord.model_validate_json(record) for (record,) in rows]

    def last_round(self) -> RoundRecord | None:
        row = self._connection.execute("SELECT record FROM rounds ORDER BY round DESC LIMIT 1").fetchone()
        return RoundRecord.model_validate_json(row[0]) if row else None

    def tally(self) -> list[tuple[str, str, str, int]]:
        """(status, stage, reason, items) of all ended items, without reading their records."""
        query = "SELECT status, stage, reason, COUNT(*) FROM items GROUP BY status, stage, reason"
        return list(self._connection.execute(query))

    def late(self) -> dict[str, str]:
        """Items that were turned down when their round was closed -> what they repeat."""
        return dict(self._connection.execute("SELECT item, detail FROM late"))

    def ended_since(self, seconds: float, start: int = 0) -> tuple[int, float]:
        """Of the items from this number on: how many ended since (run's seconds), and when the first of them did."""
        query = (
            "SELECT COUNT(*), MIN(ended) FROM (SELECT json_extract(record, '$.seconds') AS ended FROM items "
            "WHERE number >= ?) WHERE ended >= ?"
        )
        count, first = self._connection.execute(query, (start, seconds)).fetchone()
        return int(count), float(first or 0.0)

    def passed_since(self, round_number: int) -> int:
        """Passed items of this round and later ones."""
        query = "SELECT COUNT(*) FROM items WHERE status = 'passed' AND round >= ?"
        return int(self._connection.execute(query, (round_number,)).fetchone()[0])

    def close(self) -> None:
        self._connection.close()

    def _transaction(self) -> _Transaction:
        return _Transaction(self._connection)


class _Transaction:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: object, *_: object) -> None:
        self._connection.execute("ROLLBACK" if kind else "COMMIT")
