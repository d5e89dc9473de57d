"""math-verify as the last resort, in a process of its own that is killed at the limit.

Works in threads, in Ray actors and after a fork: no signals, no multiprocessing, one plain child process behind pipes.
"""

from __future__ import annotations

import importlib.util
import json
import logging
import os
import re
import select
import signal
import subprocess
import sys
import threading
import time
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, cast

from wethink_plugins.errors import Ungradable

_log = logging.getLogger(__name__)
# Starting is importing sympy: 0.5 s on a free core. A call waits no longer than this; `warm_up` waits for all of it.
_START_S = 1.2
_WARM_UP_S = 60.0
# What has brought symbolic engines down: towers, factorials, sums, integrals, limits, long exponents, deep nesting.
_HEAVY = re.compile(r"!|\\(?:sum|prod|int|lim|binom|bigcup)|\^ ?\{?[^{}]{0,40}\^|\^ ?\{? ?\d{4,}|\d{40,}|\*\*")
_MAX_LENGTH = 300
# By its file and not as a module: the worker needs nothing of this package, wherever that was imported from.
_RUN = f"import runpy; runpy.run_path({str(Path(__file__).with_name('mathworker.py'))!r}, run_name='__main__')"


def guarded(text: str) -> bool:
    """Whether a formula may be handed over; what may not stays undecided, which is cheaper than a kill."""
    return len(text) <= _MAX_LENGTH and not _HEAVY.search(text) and _depth(text) <= 12 and text.isprintable()


def _depth(text: str) -> int:
    depth = deepest = 0
    for char in text:
        depth += (char in "({[") - (char in ")}]")
        deepest = max(deepest, depth)
    return deepest


@lru_cache(maxsize=1)
def installed() -> bool:
    return importlib.util.find_spec("math_verify") is not None


class Engine:
    """One worker per process, started at the first call that needs it; it is asked one thing at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._child = 0
        self._rest = b""
        self._missing = False

    def start(self) -> None:
        """Returns at once; the import goes on beside the caller."""
        if installed() and not self._missing and self._lock.acquire(blocking=False):
            try:
                self._launch()
            finally:
                self._lock.release()

    def equal(self, gold: str, answer: str, limit_s: float, start_s: float = _START_S) -> bool | None:
        """None: can't be told (not installed, still starting, unreadable). Raises Ungradable after a kill."""
        if not installed() or self._missing:
            return None
        with self._lock:
            process = self._launch()
            if not self._ready(process, start_s):
                return None
            return self._ask(process, gold, answer, limit_s)

    def close(self) -> None:
        with self._lock:
            self._end()

    def _launch(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._end()
            command = [sys.executable, "-c", _RUN]
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0
            )
        return self._process

    def _ready(self, process: subprocess.Popen[bytes], wait_s: float) -> bool:
        """The worker says its process id once it can be asked."""
        deadline = time.monotonic() + wait_s
        while not self._child:
            message = self._read(process, deadline)
            if message is None:
                return False
            self._missing = bool(message.get("missing"))
            self._child = int(message.get("pid", 0))
            if self._missing:
                return False
        return True

    def _ask(self, process: subprocess.Popen[bytes], gold: str, answer: str, limit_s: float) -> bool | None:
        request = json.dumps({"gold": gold, "answer": answer}).encode() + b"\n"
        try:
            os.write(_descriptor(process.stdin), request)
        except (BrokenPipeError, OSError):
            self._end()
            return None
        message = self._read(process, time.monotonic() + limit_s)
        if message is None:
            self._kill_child()
            raise Ungradable(f"math-verify was killed after {limit_s:g} s")
        if "pid" in message:
            # The worker had reached its last call and this is its successor, which has not seen the request.
            self._child = int(message["pid"])
            return self._ask(process, gold, answer, limit_s)
        if message.get("exhausted"):
            raise Ungradable("math-verify ran out of memory")
        equal: bool | None = message.get("equal")
        return equal

    def _read(self, process: subprocess.Popen[bytes], deadline: float) -> dict[str, Any] | None:
        """The next line, or None at the deadline or when the worker is gone."""
        out = _descriptor(process.stdout)
        # Not `select`, which refuses descriptors from 1,024 on, and a training has many open.
        ready = select.poll()
        ready.register(out, select.POLLIN)
        while b"\n" not in self._rest:
            left = deadline - time.monotonic()
            if left <= 0 or not ready.poll(left * 1000):
                return None
            piece = os.read(out, 65536)
            if not piece:
                self._end()
                return None
            self._rest += piece
        line, _, self._rest = self._rest.partition(b"\n")
        message: dict[str, Any] = json.loads(line)
        return message

    def _kill_child(self) -> None:
        if self._child:
            try:
                os.kill(self._child, signal.SIGKILL)
            except ProcessLookupError:
                _log.debug("the math-verify worker was gone already")
        self._child = 0

    def _end(self) -> None:
        self._kill_child()
        if self._process is not None:
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe:
                    pipe.close()
            self._process.kill()
            self._process.wait()
        self._process, self._rest = None, b""


def _descriptor(pipe: IO[bytes] | None) -> int:
    return cast("IO[bytes]", pipe).fileno()  # there is one: the worker is started with pipes


ENGINE = Engine()


def _after_fork() -> None:
    """A forked child must not talk into its parent's pipes: it forgets them and starts a worker of its own."""
    global ENGINE
    old, ENGINE = ENGINE, Engine()
    process = old._process
    if process is not None:
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()
        # The process is the parent's; without this the child's Popen would warn that it is still running.
        process.returncode = 0


os.register_at_fork(after_in_child=_after_fork)


def boxed_equal(gold: str, answer: str, limit_s: float) -> bool | None:
    """Both sides boxed and the gold first: bare sides are misread (issues 25, 27, 56 and 74 of math-verify)."""
    if not (guarded(gold) and guarded(answer)):
        return None
    return ENGINE.equal(f"$\\boxed{{{gold}}}$", f"$\\boxed{{{answer}}}$", limit_s)


def start() -> None:
    ENGINE.start()


def warm_up() -> None:
    """Waits until the worker can be asked, so that no call has to."""
    ENGINE.equal("$1$", "$1$", _WARM_UP_S, _WARM_UP_S)
