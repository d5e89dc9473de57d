"""The call store: replies that may be served again, the ledger of all attempts, and the limits of the run, in one file.

SQLite in WAL mode, for any number of processes of one machine. Every method is one transaction, blocks, and is meant
for a thread of its own (see `desk`); errors of SQLite come out as they are.

The rates are a running due time each: an attempt books the next one, and time that nobody booked is not saved up. So in
no minute do the processes together start more than the limit, and one attempt.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path

from wethink_plugins.endpoints.entries import Attempt, Grant, Keep, Limits, Spent, Stored, Want

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
_BUSY_S = 2.0
# A due time further ahead than anybody waits comes from a clock that was set back.
_FURTHEST_S = 86_400.0
_AT_ONCE = 500


class Books:
    """`path` None: nothing is kept, and limits hold for this process only."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None

    def find(self, keys: Sequence[str]) -> dict[str, Stored]:
        found: dict[str, Stored] = {}
        if self._path is None:
            return found
        cursor = self._open().cursor()
        for start in range(0, len(keys), _AT_ONCE):
            some = keys[start : start + _AT_ONCE]
            rows = cursor.execute(
                "SELECT key, text, model, endpoint, finish_reason, prompt_tokens, completion_tokens, usd, constrained "
                f"FROM replies WHERE key IN ({','.join('?' * len(some))})",
                some,
            )
            found.update((row[0], Stored(*row[1:8], bool(row[8]))) for row in rows.fetchall())
        return found

    def record(self, run: str, pid: int, attempts: Sequence[Attempt], keeps: Sequence[Keep], limits: Limits) -> Spent:
        """Enters all of it or nothing; returns what the run has spent with it."""
        with self._transaction() as connection:
            self._account(connection, run, attempts, limits)
            if self._path is not None:
                connection.executemany(
                    "INSERT INTO attempts VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    [(run, pid, *astuple(attempt)[:10]) for attempt in attempts],
                )
                last = {keep.key: keep.reply for keep in keeps}
                connection.executemany("DELETE FROM replies WHERE key = ?", [(key,) for key in last])
                connection.executemany(
                    "INSERT INTO replies VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    [(key, *astuple(reply), time.time()) for key, reply in last.items() if reply],
                )
            tokens, usd = connection.execute("SELECT tokens, usd FROM runs WHERE run = ?", (run,)).fetchone()
        return Spent(tokens, usd)

    def book(self, run: str, wants: Sequence[Want], limits: Limits) -> list[Grant]:
        """Leave for each, or why not. What is granted counts as spent until its attempt is recorded."""
        with self._transaction() as connection:
            self._row(connection, run)
            page = _Page(
                *connection.execute(
                    "SELECT tokens, usd, reserved_tokens, reserved_usd, next_request, next_token FROM runs WHERE run = ?",
                    (run,),
                ).fetchone()
            )
            grants = [page.grant(want, limits, time.time()) for want in wants]
            connection.execute(
                "UPDATE runs SET reserved_tokens = ?, reserved_usd = ?, next_request = ?, next_token = ? WHERE run = ?",
                (page.reserved_tokens, page.reserved_usd, page.next_request, page.next_token, run),
            )
        return grants

    def close(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.close()

    def _account(self, connection: sqlite3.Connection, run: str, attempts: Sequence[Attempt], limits: Limits) -> None:
        self._row(connection, run)
        used = sum(attempt.prompt_tokens + attempt.completion_tokens for attempt in attempts)
        reserved = sum(attempt.reserved_tokens for attempt in attempts)
        # The due time was moved by the guess; put it where the true number would have moved it.
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

    def _row(self, connection: sqlite3.Connection, run: str) -> None:
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


class _Page:
    """The numbers of one run, between reading and writing them back."""

    def __init__(
        self, tokens: int, usd: float, reserved_tokens: int, reserved_usd: float, next_request: float, next_token: float
    ) -> None:
        self.tokens, self.usd = tokens, usd
        self.reserved_tokens, self.reserved_usd = reserved_tokens, reserved_usd
        self.next_request, self.next_token = next_request, next_token

    def grant(self, want: Want, limits: Limits, now: float) -> Grant:
        spent = _over(self.tokens, limits.tokens, want.tokens) or _over(self.usd, limits.usd, want.usd)
        if spent:
            return Grant(refused="ceiling")
        if _over(self.tokens + self.reserved_tokens, limits.tokens, want.tokens) or _over(
            self.usd + self.reserved_usd, limits.usd, want.usd
        ):
            return Grant(refused="ceiling", ask_again=True)  # calls under way may need less than was set aside
        due = self._due(limits, now)
        if due > want.until:
            return Grant(refused="rate_limited")
        self._move(due, want, limits)
        return Grant(at=due)

    def _due(self, limits: Limits, now: float) -> float:
        due = [now]
        due += [self.next_request] if limits.requests_per_minute and self.next_request < now + _FURTHEST_S else []
        due += [self.next_token] if limits.tokens_per_minute and self.next_token < now + _FURTHEST_S else []
        return max(due)

    def _move(self, due: float, want: Want, limits: Limits) -> None:
        self.reserved_tokens += want.tokens
        self.reserved_usd += want.usd
        if limits.requests_per_minute:
            self.next_request = due + 60 / limits.requests_per_minute
        if limits.tokens_per_minute:
            self.next_token = due + want.tokens * 60 / limits.tokens_per_minute


def _over(spent: float, ceiling: float | None, more: float) -> bool:
    return ceiling is not None and spent + more > ceiling


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
    run: Callable[..., sqlite3.Cursor] = connection.execute
    version = run("PRAGMA user_version").fetchone()[0]
    if version not in (0, _VERSION):
        raise sqlite3.DatabaseError(f"written by another version of this package (layout {version}, not {_VERSION})")
    run("PRAGMA journal_mode = WAL")
    run("PRAGMA synchronous = NORMAL")  # a power cut may cost the last seconds of the ledger, a kill nothing
    if not version:
        connection.executescript(_SCHEMA)
