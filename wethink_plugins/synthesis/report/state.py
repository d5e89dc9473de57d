"""How far a run is, who works on it, and why the last process stopped."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from wethink_plugins.errors import WeThinkError
from wethink_plugins.synthesis.ledger import Ledger
from wethink_plugins.synthesis.records import RoundRecord
from wethink_plugins.synthesis.run import RunFolder


@contextmanager
def reading(run: RunFolder) -> Iterator[Ledger]:
    """Its ledger, to be read. WeThinkError where there is none yet, or it can't be read."""
    try:
        ledger = run.ledger(reads_only=True)
        try:
            yield ledger
        finally:
            ledger.close()
    except sqlite3.Error as error:
        if "no such table" in str(error):
            raise WeThinkError("has no ledger yet", fix="wait for its first items", file=run.folder) from None
        file = run.folder / "ledger.sqlite"
        raise WeThinkError(f"is no ledger that can be read: {error}", fix="check the file and its rights", file=file) from None  # fmt: skip


def state_of(run: RunFolder, ledger: Ledger, ended: int) -> dict[str, Any]:
    """`rounds` is how many there will be; `round` the open one, from 0. `state` is running, complete or stopped."""
    return _state(run, ledger.image_count(), ended, ledger.last_round())


def nothing_of(run: RunFolder) -> dict[str, Any]:
    """Of a run that has no ledger yet."""
    return _state(run, 0, 0, None)


def _state(run: RunFolder, images: int, ended: int, last: RoundRecord | None) -> dict[str, Any]:
    items, size = images * run.config.questions_per_image, run.config.rounds.size
    closed = 0 if last is None else last.round + 1
    rounds = -(-items // size)
    working = holder(run)
    complete = bool(items) and closed >= rounds and ended >= items
    return {
        "run": run.id,
        "folder": str(run.folder),
        "created": run.created,
        "age_s": max(0.0, time.time() - run.created),
        "state": "complete" if complete else "running" if working else "stopped",
        "process": working,
        "why": "" if complete or working else why_stopped(run),
        "images": images,
        "items": items,
        "ended": ended,
        "rounds": rounds,
        "round": min(closed, max(rounds - 1, 0)),
        "closed": closed,
    }


def holder(run: RunFolder) -> str:
    """Who works on the run, empty where nobody does. The lock is shared for a moment, never taken."""
    file = run.folder / "lock"
    try:
        with open(file, encoding="utf-8") as lock:
            if _is_held(lock.fileno()):
                return lock.read().strip() or "a process"
    except OSError:
        pass
    return ""


def _is_held(descriptor: int) -> bool:
    if os.name == "nt":
        return True  # the file can't be read while it is locked, and can be otherwise: see `holder`
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    return False


def why_stopped(run: RunFolder) -> str:
    """As the last process wrote; it writes nothing when it is killed, or has not begun."""
    try:
        said = json.loads((run.folder / "stopped.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return "the last process left no word: it was killed, or none has started"
    if isinstance(said, dict):
        said = said.get("why") or said.get("stopped") or said.get("reason") or json.dumps(said)
    return " ".join(str(said).split())
