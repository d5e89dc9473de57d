"""The call store: cached replies, the ledger of all attempts, and the rate and ceiling state of each run.

One SQLite file in WAL mode, for any number of processes of one machine. Every method is one transaction, blocks, and is
meant for a thread of its own (`store_thread`); errors of SQLite are raised as they are.
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path

from wethink_plugins.endpoints.limits import Limits, Reservation, ReservationRequest, RunState, Usage
from wethink_plugins.endpoints.records import AttemptRecord, CacheWrite, StoredReply

_VERSION = 1
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS replies (
  key TEXT PRIMARY KEY, text TEXT, model TEXT, endpoint TEXT, finish_reason TEXT, prompt_tokens INTEGER,
  completion_tokens INTEGER, usd REAL, constrained INTEGER, time REAL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS attempts (
  id INTEGER PRIMARY KEY, run TEXT, pid INTEGER, time REAL, key TEXT, endpoint TEXT, model TEXT, status TEXT,
  http INTEGER, prompt_tokens INTEGER, completion_tokens INTEGER, usd REAL, latency_s REAL);
CREATE TABLE IF NOT EXISTS runs (
  run TEXT PRIMARY KEY, tokens INTEGER DEFAULT 0, usd REAL DEFAULT 0, reserved_tokens INTEGER DEFAULT 0,
  reserved_usd REAL DEFAULT 0, next_request REAL DEFAULT 0, next_token REAL DEFAULT 0) WITHOUT ROWID;
PRAGMA user_version = {_VERSION};
"""
# By itself, as stores of the same layout were made without it.
_FAULTS = """
CREATE TABLE IF NOT EXISTS faults (
  run TEXT, endpoint TEXT, status TEXT, shape TEXT, note TEXT, attempts INTEGER, time REAL,
  PRIMARY KEY (run, endpoint, status, shape)) WITHOUT ROWID
"""
# What differs between two faults of the same kind: times, counts, ids of requests.
_CHANGING = re.compile(r"[0-9a-fA-F-]{8,}|\d+(?:\.\d+)?")
_BUSY_S = 2.0
_SELECT_REPLIES = (
    "SELECT key, text, model, endpoint, finish_reason, prompt_tokens, completion_tokens, usd, constrained FROM replies"
)
_KEYS_A_QUERY = 512


class CallStore:
    """`path` None: nothing is cached or logged, and limits hold for this process only."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None

    def get(self, keys: Sequence[str]) -> dict[str, StoredReply]:
        found: dict[str, StoredReply] = {}
        if self._path is None:
            return found
        cursor = self._open().cursor()
        for start in range(0, len(keys), _KEYS_A_QUERY):
            some = _padded(keys[start : start + _KEYS_A_QUERY])
            rows = cursor.execute(f"{_SELECT_REPLIES} WHERE key IN ({','.join('?' * len(some))})", some)
            found.update(
                (key, StoredReply(text, model, endpoint, finish, prompt, completion, usd, bool(constrained)))
                for key, text, model, endpoint, finish, prompt, completion, usd, constrained in rows.fetchall()
            )
        return found

    def record(
        self, run: str, pid: int, attempts: Sequence[AttemptRecord], writes: Sequence[CacheWrite], limits: Limits
    ) -> Usage:
        """Writes all of it or nothing; returns the run's usage with it."""
        with self._transaction() as connection:
            self._settle(connection, run, attempts, limits)
            if self._path is not None:
                connection.executemany(
                    "INSERT INTO attempts VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    [(run, pid, *astuple(attempt)[:10]) for attempt in attempts],
                )
                connection.executemany(
                    "INSERT INTO faults VALUES (?, ?, ?, ?, ?, 1, ?) ON CONFLICT DO UPDATE "
                    "SET attempts = attempts + 1, note = excluded.note, time = excluded.time",
                    [
                        (run, one.endpoint, one.status, _CHANGING.sub("#", one.note), one.note, one.time)
                        for one in attempts
                        if one.note
                    ],
                )
                last = {write.key: write.reply for write in writes}
                connection.executemany("DELETE FROM replies WHERE key = ?", [(key,) for key in last])
                connection.executemany(
                    "INSERT INTO replies VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    [(key, *astuple(reply), time.time()) for key, reply in last.items() if reply],
                )
            tokens, usd = connection.execute("SELECT tokens, usd FROM runs WHERE run = ?", (run,)).fetchone()
        return Usage(tokens, usd)

    def reserve(self, run: str, requests: Sequence[ReservationRequest], limits: Limits) -> list[Reservation]:
        """What is granted counts against the ceiling until its attempt is recorded."""
        with self._transaction() as connection:
            self._ensure_run(connection, run)
            state = RunState(
                *connection.execute(
                    "SELECT tokens, usd, reserved_tokens, reserved_usd, next_request, next_token FROM runs WHERE run = ?",
                    (run,),
                ).fetchone()
            )
            reservations = [state.reserve(request, limits, time.time()) for request in requests]
            connection.execute(
                "UPDATE runs SET reserved_tokens = ?, reserved_usd = ?, next_request = ?, next_token = ? WHERE run = ?",
                (state.reserved_tokens, state.reserved_usd, state.next_request, state.next_token, run),
            )
        return reservations

    def close(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.close()

    def _settle(
        self, connection: sqlite3.Connection, run: str, attempts: Sequence[AttemptRecord], limits: Limits
    ) -> None:
        """Puts what was used in the place of what was reserved."""
        self._ensure_run(connection, run)
        used = sum(attempt.prompt_tokens + attempt.completion_tokens for attempt in attempts)
        reserved = sum(attempt.reserved_tokens for attempt in attempts)
        # The due time was moved by the estimate; put it where the true number would have moved it.
        shift = (used - reserved) * 60 / limits.tokens_per_minute if limits.tokens_per_minute else 0.0
        connection.execute(
            "UPDATE runs SET tokens = tokens + ?, usd = usd + ?, reserved_tokens = reserved_tokens - ?, "
            "reserved_usd = reserved_usd - ?, next_token = next_token + ? WHERE run = ?",
            (
                used,
                sum(attempt.usd or 0.0 for attempt in attempts),
                reserved,
                sum(attempt.reserved_usd for attempt in attempts),
                shift,
                run,
            ),
        )

    def _ensure_run(self, connection: sqlite3.Connection, run: str) -> None:
        connection.execute("INSERT OR IGNORE INTO runs (run) VALUES (?)", (run,))

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """Takes the write lock first, so that no two processes decide on the same numbers."""
        connection = self._open()
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = _connect(self._path)
        return self._connection


def _padded(keys: Sequence[str]) -> list[str]:
    """To a power of two, by repeating the last: sqlite3 caches a statement, up to 130 kB, for every number of keys."""
    return [*keys, *[keys[-1]] * ((1 << (len(keys) - 1).bit_length()) - len(keys))]


def _connect(path: Path | None) -> sqlite3.Connection:
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    # Autocommit: transactions are begun by hand. A connection is used by one thread, but may be closed by another.
    connection = sqlite3.connect(path or ":memory:", timeout=_BUSY_S, isolation_level=None, check_same_thread=False)
    try:
        _prepare(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    execute: Callable[..., sqlite3.Cursor] = connection.execute
    version = execute("PRAGMA user_version").fetchone()[0]
    if version not in (0, _VERSION):
        raise sqlite3.DatabaseError(f"written by another version of this package (layout {version}, not {_VERSION})")
    execute("PRAGMA journal_mode = WAL")
    execute("PRAGMA synchronous = NORMAL")  # a power cut may cost the last seconds of the ledger, a kill nothing
    if not version:
        connection.executescript(_SCHEMA)
    execute(_FAULTS)
