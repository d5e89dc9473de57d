"""What the call store says of a run: attempts, failures, processes, and what was paid in all."""

from __future__ import annotations

import math
import sqlite3
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from wethink_plugins.endpoints.call import key_of
from wethink_plugins.errors import WeThinkError
from wethink_plugins.synthesis.asking.in_flight import CutOff

# A run's attempts stand under RUN:MODEL, one id a model; ids are hexadecimal, so no character of them means more.
_OF_RUN = "run GLOB ?"
_LAST_S = 60.0
# So many kinds of them are told.
_FAULTS = 20


class CallLog:
    """Reads only, also while others write. `run` is the run's id. A store that isn't there yet is an empty one."""

    def __init__(self, file: Path, run: str) -> None:
        self._file, self._run = file, f"{run}:*"
        self._connection = _connect(file) if file.exists() else None

    def __enter__(self) -> CallLog:
        return self

    def __exit__(self, *_: object) -> None:
        if self._connection is not None:
            self._connection.close()

    def used(self) -> dict[str, Any]:
        """Tokens and dollars of the run so far, failed attempts included; without reading the attempts."""
        query = f"SELECT COALESCE(SUM(tokens), 0), COALESCE(SUM(usd), 0.0) FROM runs WHERE {_OF_RUN}"
        tokens, usd = self._one(query, (0, 0.0))
        return {"tokens": tokens, "usd": usd}

    def recent(self, seconds: float = _LAST_S, now: float | None = None) -> dict[str, Any]:
        """Attempts that ended in the last so many seconds, read from the end: a long run costs no more than a short one."""
        since = (time.time() if now is None else now) - seconds
        query = (
            "SELECT time, status, latency_s, COALESCE(usd, 0), prompt_tokens + completion_tokens FROM attempts "
            f"WHERE {_OF_RUN} ORDER BY id DESC"
        )
        statuses: Counter[str] = Counter()
        latency, usd, tokens = 0.0, 0.0, 0
        with self._reading() as connection:
            for ended, status, took, paid, used in connection.execute(query, (self._run,)) if connection else ():
                if ended < since:
                    break
                statuses[status] += 1
                latency += took if status == "ok" else 0.0
                usd, tokens = usd + paid, tokens + used
        answered = statuses["ok"]
        return {
            "seconds": seconds,
            "answered": answered,
            "failed": statuses.total() - answered,
            "statuses": dict(statuses.most_common()),
            "latency_s": latency / answered if answered else None,
            "usd": usd,
            "tokens": tokens,
        }

    def figures(self) -> dict[str, Any]:
        """`answered_again`: answered attempts at calls that had an answer before. It must be 0.

        `cut_off` of a process counts attempts that it gave up itself as it stopped. What was in flight when a process
        was killed has left no line here: see `repeated`.
        """
        lines = list(self._lines())
        answered = sum(line["attempts"] for line in lines if line["status"] == "ok")
        distinct, again = self._distinct()
        return {
            "attempts": sum(line["attempts"] for line in lines),
            "answered": answered,
            "failed": sum(line["attempts"] for line in lines) - answered,
            "calls": distinct,
            "answered_again": again,
            "prompt_tokens": sum(line["prompt_tokens"] for line in lines),
            "completion_tokens": sum(line["completion_tokens"] for line in lines),
            "usd": sum(line["usd"] or 0.0 for line in lines) if any(line["usd"] is not None for line in lines) else None,
            "statuses": lines,
            "faults": self.faults(),
            "processes": list(self._processes()),
        }  # fmt: skip

    def faults(self) -> list[dict[str, Any]]:
        """What failed attempts ended with, the most frequent first; faults that differ in numbers alone are one, told by
        the last of them."""
        query = (
            "SELECT endpoint, status, note, SUM(attempts) FROM faults "
            f"WHERE {_OF_RUN} GROUP BY endpoint, status, shape ORDER BY 4 DESC, MAX(time) DESC LIMIT {_FAULTS}"
        )
        names = ("endpoint", "status", "note", "attempts")
        known = self._connection is not None and self._has_faults()
        return [dict(zip(names, row, strict=True)) for row in self._all(query)] if known else []

    def _has_faults(self) -> bool:
        """An older store hasn't."""
        with self._reading() as connection:
            query = "SELECT 1 FROM sqlite_master WHERE name = 'faults'"
            return connection is not None and connection.execute(query).fetchone() is not None

    def repeated(self, processes: Sequence[CutOff], identities: Iterable[str], works: bool) -> list[dict[str, Any]]:
        """Of each process that left calls: `in_flight` at its end, and how many of these were answered to a later one.

        Those may have been paid twice. What had its answer on disk at that moment counts as neither. `processes`: all of
        the run; `identities`: those of all its endpoints; `works`: the last one still does.
        """
        wanted = {key_of(digest, who): digest for one in processes for digest in one.digests for who in identities}
        answered: dict[str, list[float]] = {}
        with self._reading() as connection:
            query = f"SELECT key, time FROM attempts WHERE {_OF_RUN} AND status = 'ok'"
            for key, ended in connection.execute(query, (self._run,)) if connection and wanted else ():
                if key in wanted:
                    answered.setdefault(wanted[key], []).append(ended)
        ends = [*(one.begun for one in processes), math.inf][1:]
        pairs = list(zip(processes, ends, strict=False))
        return [_repeats(one, end, answered) for one, end in (pairs[:-1] if works else pairs) if one.digests]

    def _lines(self) -> Iterator[dict[str, Any]]:
        query = (
            "SELECT model, endpoint, status, COUNT(*), SUM(prompt_tokens), SUM(completion_tokens), SUM(usd), "
            f"AVG(latency_s) FROM attempts WHERE {_OF_RUN} GROUP BY model, endpoint, status ORDER BY 1, 2, 4 DESC"
        )
        names = ("model", "endpoint", "status", "attempts", "prompt_tokens", "completion_tokens", "usd", "latency_s")
        for row in self._all(query):
            yield dict(zip(names, row, strict=True))

    def _distinct(self) -> tuple[int, int]:
        """Calls that have an answer, and answers beyond the first of each."""
        query = f"SELECT COUNT(*), COUNT(DISTINCT key) FROM attempts WHERE {_OF_RUN} AND status = 'ok'"
        answered, distinct = self._one(query, (0, 0))
        return distinct, answered - distinct

    def _processes(self) -> Iterator[dict[str, Any]]:
        """In the order in which they began."""
        query = (
            "SELECT pid, MIN(time - latency_s), MAX(time), COUNT(*), SUM(status = 'ok'), SUM(status = 'cancelled') "
            f"FROM attempts WHERE {_OF_RUN} GROUP BY pid ORDER BY MIN(id)"
        )
        for row in self._all(query):
            yield dict(zip(("pid", "first", "last", "attempts", "answered", "cut_off"), row, strict=True))

    def _all(self, query: str) -> list[tuple[Any, ...]]:
        with self._reading() as connection:
            return connection.execute(query, (self._run,)).fetchall() if connection else []

    def _one(self, query: str, nothing: tuple[Any, ...]) -> tuple[Any, ...]:
        return (self._all(query) or [nothing])[0]

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection | None]:
        try:
            yield self._connection
        except sqlite3.Error as error:
            raise _unreadable(self._file, error) from None


def _repeats(one: CutOff, end: float, answered: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    """`end`: when the next process began."""
    lost = [digest for digest in one.digests if not any(ended < end for ended in answered.get(digest, ()))]
    return {
        "pid": one.pid,
        "begun": one.begun,
        "in_flight": len(lost),
        "repeated": sum(digest in answered for digest in lost),
    }


def _connect(file: Path) -> sqlite3.Connection | None:
    """None where nothing was written to it yet."""
    try:
        connection = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=10.0)
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'attempts'").fetchone():
            return connection
        connection.close()
        return None
    except sqlite3.Error as error:
        raise _unreadable(file, error) from None


def _unreadable(file: Path, error: object) -> WeThinkError:
    return WeThinkError(f"is no call store that can be read: {error}", fix="check the file and its rights", file=file)
