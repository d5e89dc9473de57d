"""The one thread of a process that talks to the books, so that no event loop ever waits for a disk or a lock.

Look-ups and bookings wake it; the ledger's lines are collected for a moment and entered together. What can't be entered
is kept for a while, then counted in `lost`; the store is a help, and a broken one costs a warning and no call.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Sequence
from typing import Any, Protocol

from wethink_plugins.endpoints.books import Books
from wethink_plugins.endpoints.entries import Attempt, Grant, Keep, Limits, Spent, Stored, Want

_WRITE_EVERY_S = 0.1
# After an error the store is left alone for this long.
_LEAVE_ALONE_S = 5.0
# Lines that may wait for a store that is locked; past it the oldest are lost.
_MAX_WAITING = 20_000
_log = logging.getLogger(__name__)


class Ledger(Protocol):
    """What `Books` offers, here or in another process."""

    def find(self, keys: Sequence[str]) -> dict[str, Stored]: ...
    def record(
        self, run: str, pid: int, attempts: Sequence[Attempt], keeps: Sequence[Keep], limits: Limits
    ) -> Spent: ...
    def book(self, run: str, wants: Sequence[Want], limits: Limits) -> list[Grant]: ...
    def close(self) -> None: ...


class Desk:
    """`find` and `book` give futures of the calling loop; `record` and `keep` return at once and never raise."""

    def __init__(self, ledger: Ledger, run: str, limits: Limits, where: str) -> None:
        self._ledger, self._run, self._limits, self._where = ledger, run, limits, where
        self._alone = Books(None)  # stands in for the limits while the ledger can't be used
        self._usable_from = 0.0
        self._told: set[str] = set()
        self.lost = 0
        self.spent = Spent()
        self._finds: deque[tuple[str, asyncio.Future[Stored | None]]] = deque()
        self._wants: deque[tuple[Want, asyncio.Future[Grant]]] = deque()
        self._attempts: deque[Attempt] = deque()
        self._keeps: deque[Keep] = deque()
        self._unwritten: dict[str, Stored | None] = {}
        self._wake = threading.Event()
        self._written = threading.Condition()
        self._rounds = 0
        self._closing = False
        self._thread = threading.Thread(target=self._serve, name="wethink-endpoints", daemon=True)
        self._thread.start()
        atexit.register(self.close)

    def find(self, key: str) -> asyncio.Future[Stored | None]:
        future: asyncio.Future[Stored | None] = asyncio.get_running_loop().create_future()
        if key in self._unwritten:
            future.set_result(self._unwritten[key])
        elif not self._thread.is_alive():
            future.set_result(None)
        else:
            self._finds.append((key, future))
            self._call()
        return future

    def book(self, want: Want) -> asyncio.Future[Grant]:
        future: asyncio.Future[Grant] = asyncio.get_running_loop().create_future()
        self._wants.append((want, future))
        self._call()
        return future

    def record(self, attempt: Attempt) -> None:
        self._attempts.append(attempt)

    def keep(self, key: str, reply: Stored | None) -> None:
        self._unwritten[key] = reply
        self._keeps.append(Keep(key, reply))

    def flush(self, timeout_s: float = 5.0) -> None:
        """Blocks until what was recorded so far is written, or can't be."""
        with self._written:
            aim = self._rounds + 2  # the round under way may have begun before the last line came
            self._wake.set()
            until = time.monotonic() + timeout_s
            while self._rounds < aim and self._thread.is_alive() and time.monotonic() < until:
                self._written.wait(0.05)
                self._wake.set()

    def close(self, timeout_s: float = 5.0) -> None:
        """Writes what is left and ends the thread. Nothing after a fork: thread and file are the parent's."""
        atexit.unregister(self.close)
        self._closing = True
        self._wake.set()
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join(timeout_s)

    def _call(self) -> None:
        if not self._wake.is_set():  # setting it costs a lock, looking doesn't
            self._wake.set()

    def _serve(self) -> None:
        last = False
        while not last:
            self._wake.wait(_WRITE_EVERY_S)
            self._wake.clear()
            last = self._closing
            self._write(last)
            self._answer_finds()
            self._answer_wants()
            with self._written:
                self._rounds += 1
                self._written.notify_all()
        with contextlib.suppress(Exception):
            self._ledger.close()
        self._alone.close()

    def _write(self, last: bool) -> None:
        attempts, keeps = list(self._attempts), list(self._keeps)
        if not attempts and not keeps:
            return
        spent = self._try("record", self._run, os.getpid(), attempts, keeps, self._limits)
        if spent is None and (last or len(attempts) + len(keeps) > _MAX_WAITING):
            self.lost += len(attempts)
        elif spent is None:
            return
        self.spent = spent or self.spent
        for _ in attempts:
            self._attempts.popleft()
        for keep in keeps:
            self._keeps.popleft()
            if self._unwritten.get(keep.key) is keep.reply:
                self._unwritten.pop(keep.key, None)

    def _answer_finds(self) -> None:
        asked = _drain(self._finds)
        if not asked:
            return
        found = self._try("find", list({key for key, _ in asked})) or {}
        _deliver([(future, found.get(key)) for key, future in asked])

    def _answer_wants(self) -> None:
        asked = _drain(self._wants)
        if not asked:
            return
        wants = [want for want, _ in asked]
        grants = self._try("book", self._run, wants, self._limits)
        if grants is None:
            grants = self._alone.book(self._run, wants, self._limits)
        _deliver([(future, grant) for (_, future), grant in zip(asked, grants, strict=True)])

    def _try(self, what: str, *arguments: Any) -> Any:
        """None where the store can't be used now."""
        if time.monotonic() < self._usable_from:
            return None
        try:
            return getattr(self._ledger, what)(*arguments)
        except Exception as error:  # noqa: BLE001  whatever is wrong with the store, calls go on without it
            self._usable_from = time.monotonic() + _LEAVE_ALONE_S
            with contextlib.suppress(Exception):
                self._ledger.close()
            self._warn(f"{type(error).__name__}: {error}")
            return None

    def _warn(self, cause: str) -> None:
        if cause not in self._told:
            self._told.add(cause)
            _log.warning(
                "the call store %s can't be used (%s); calls go on without it, limits hold for this process only",
                self._where,
                cause,
            )


def _drain(waiting: deque[Any]) -> list[Any]:
    return [waiting.popleft() for _ in range(len(waiting))]


def _deliver(results: list[tuple[asyncio.Future[Any], Any]]) -> None:
    """One call into each loop."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], Any]]] = {}
    for future, value in results:
        by_loop.setdefault(future.get_loop(), []).append((future, value))
    for loop, some in by_loop.items():
        with contextlib.suppress(RuntimeError):  # the loop was closed
            loop.call_soon_threadsafe(_resolve, some)


def _resolve(results: list[tuple[asyncio.Future[Any], Any]]) -> None:
    for future, value in results:
        if not future.done():
            future.set_result(value)
