"""The one thread of a process that uses the call store, so that no event loop ever waits for a disk or a lock.

Look-ups and reservations wake it; writes are collected for a moment and made in one transaction. What can't be written
is held back for a while, then counted in `lost`: a broken store costs a warning and no call.
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

from wethink_plugins.endpoints.limits import Limits, Reservation, ReservationRequest, Usage
from wethink_plugins.endpoints.records import AttemptRecord, CacheWrite, StoredReply
from wethink_plugins.endpoints.store import CallStore

_FLUSH_EVERY_S = 0.1
# After an error the store is not used for this long.
_RETRY_AFTER_S = 5.0
# Writes that may wait for a store that is locked; past it they are lost.
_MAX_PENDING = 20_000
_log = logging.getLogger(__name__)


class Store(Protocol):
    """The methods of `CallStore`, in this process or another."""

    def get(self, keys: Sequence[str]) -> dict[str, StoredReply]: ...
    def record(
        self, run: str, pid: int, attempts: Sequence[AttemptRecord], writes: Sequence[CacheWrite], limits: Limits
    ) -> Usage: ...
    def reserve(self, run: str, requests: Sequence[ReservationRequest], limits: Limits) -> list[Reservation]: ...
    def close(self) -> None: ...


class StoreThread:
    """`get` and `reserve` return futures of the calling loop; `record` and `write` return at once and never raise."""

    def __init__(self, store: Store, run: str, limits: Limits, name: str) -> None:
        self._store, self._run, self._limits, self._name = store, run, limits, name
        self._local = CallStore(None)  # keeps the limits while the store can't be used
        self._retry_at = 0.0
        self._warned: set[str] = set()
        self.lost = 0
        self.usage = Usage()
        self._lookups: deque[tuple[str, asyncio.Future[StoredReply | None]]] = deque()
        self._requests: deque[tuple[ReservationRequest, asyncio.Future[Reservation]]] = deque()
        self._attempts: deque[AttemptRecord] = deque()
        self._writes: deque[CacheWrite] = deque()
        self._pending: dict[str, StoredReply | None] = {}
        self._settling: deque[tuple[int, asyncio.Future[bool]]] = deque()
        self._queued = self._done = 0
        self._wake = threading.Event()
        self._written = threading.Condition()
        self._rounds = 0
        self._closing = False
        self._thread = threading.Thread(target=self._work, name="wethink-endpoints", daemon=True)
        self._thread.start()
        atexit.register(self.close)

    def get(self, key: str) -> asyncio.Future[StoredReply | None]:
        future: asyncio.Future[StoredReply | None] = asyncio.get_running_loop().create_future()
        if key in self._pending:
            future.set_result(self._pending[key])
        elif not self._thread.is_alive():
            future.set_result(None)
        else:
            self._lookups.append((key, future))
            self._notify()
        return future

    def reserve(self, request: ReservationRequest) -> asyncio.Future[Reservation]:
        future: asyncio.Future[Reservation] = asyncio.get_running_loop().create_future()
        self._requests.append((request, future))
        self._notify()
        return future

    def record(self, attempt: AttemptRecord) -> None:
        self._attempts.append(attempt)

    def write(self, key: str, reply: StoredReply | None) -> None:
        self._pending[key] = reply
        self._writes.append(CacheWrite(key, reply))
        self._queued += 1

    def settled(self) -> asyncio.Future[bool]:
        """Of the calling loop: True once every write so far is committed, False when the store can't take it."""
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        if self._done >= self._queued or not self._thread.is_alive():
            future.set_result(self._done >= self._queued)
        else:
            self._settling.append((self._queued, future))
            self._notify()
        return future

    def flush(self, timeout_s: float = 5.0) -> None:
        """Blocks until what was recorded so far is written, or can't be."""
        with self._written:
            aim = self._rounds + 2  # the round in progress may have begun before the last write was queued
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

    def _notify(self) -> None:
        if not self._wake.is_set():  # setting it costs a lock, looking doesn't
            self._wake.set()

    def _work(self) -> None:
        last = False
        while not last:
            self._wake.wait(_FLUSH_EVERY_S)
            self._wake.clear()
            last = self._closing
            waiting = len(self._settling)
            self._answer_settling(waiting, self._flush(last))
            self._answer_lookups()
            self._answer_requests()
            with self._written:
                self._rounds += 1
                self._written.notify_all()
        with contextlib.suppress(Exception):
            self._store.close()
        self._local.close()

    def _answer_settling(self, waiting: int, written: bool) -> None:
        """Only those who waited before the flush: what they wait for was in it."""
        some = [self._settling.popleft() for _ in range(waiting)]
        later = [one for one in some if written and one[0] > self._done]
        self._settling.extendleft(reversed(later))
        _deliver([(future, written) for aim, future in some if not written or aim <= self._done])

    def _flush(self, last: bool) -> bool:
        """False where what is waiting could not be written."""
        attempts, writes = list(self._attempts), list(self._writes)
        if not attempts and not writes:
            return True
        usage = self._try("record", self._run, os.getpid(), attempts, writes, self._limits)
        if usage is None and (last or len(attempts) + len(writes) > _MAX_PENDING):
            self.lost += len(attempts)
        elif usage is None:
            return False
        self.usage = usage or self.usage
        for _ in attempts:
            self._attempts.popleft()
        for write in writes:
            self._writes.popleft()
            if self._pending.get(write.key) is write.reply:
                self._pending.pop(write.key, None)
        self._done += len(writes)
        return usage is not None

    def _answer_lookups(self) -> None:
        queued = _drain(self._lookups)
        if not queued:
            return
        found = self._try("get", list({key for key, _ in queued})) or {}
        _deliver([(future, found.get(key)) for key, future in queued])

    def _answer_requests(self) -> None:
        queued = _drain(self._requests)
        if not queued:
            return
        requests = [request for request, _ in queued]
        reservations = self._try("reserve", self._run, requests, self._limits)
        if reservations is None:
            reservations = self._local.reserve(self._run, requests, self._limits)
        _deliver([(future, reservation) for (_, future), reservation in zip(queued, reservations, strict=True)])

    def _try(self, method: str, *arguments: Any) -> Any:
        """None where the store can't be used now."""
        if time.monotonic() < self._retry_at:
            return None
        try:
            return getattr(self._store, method)(*arguments)
        except Exception as error:  # noqa: BLE001  whatever is wrong with the store, calls go on without it
            self._retry_at = time.monotonic() + _RETRY_AFTER_S
            with contextlib.suppress(Exception):
                self._store.close()
            self._warn(f"{type(error).__name__}: {error}")
            return None

    def _warn(self, cause: str) -> None:
        if cause not in self._warned:
            self._warned.add(cause)
            _log.warning(
                "the call store %s can't be used (%s); calls go on without it, limits hold for this process only",
                self._name,
                cause,
            )


def _drain(queue: deque[Any]) -> list[Any]:
    return [queue.popleft() for _ in range(len(queue))]


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
