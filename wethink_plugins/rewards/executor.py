"""The threads of an event loop of ours, and what must be done before the interpreter takes threads away.

At its exit the interpreter first shuts all executors of `concurrent.futures` down and only then runs `atexit`. A loop
that still has work then fails at everything that needs a thread: long formulas, images, looking up a host.
"""

from __future__ import annotations

import atexit
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures.thread import ThreadPoolExecutor  # before the registration below, so that ours runs first
from typing import Any

_log = logging.getLogger(__name__)
_to_do: dict[Callable[[], None], None] = {}


class LoopExecutor(ThreadPoolExecutor):
    """To be made the default executor of a loop. Where no thread can be had any more, `submit` does the work itself."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        try:
            return super().submit(fn, *args, **kwargs)
        except RuntimeError:  # after the interpreter's shutdown; Python 3.12.0 and 3.12.1 start no thread either
            return _done(fn, *args, **kwargs)


def before_exit(function: Callable[[], None]) -> None:
    """Calls it in the main thread when the program ends, while executors and the threads of ours still work.

    The last one registered comes first. Registering the same again changes nothing.
    """
    _to_do[function] = None


def not_before_exit(function: Callable[[], None]) -> None:
    _to_do.pop(function, None)


def _done(fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Future[Any]:
    future: Future[Any] = Future()
    try:
        future.set_result(fn(*args, **kwargs))
    except Exception as error:  # noqa: BLE001  it belongs to whoever waits for the future
        future.set_exception(error)
    return future


def _do_all() -> None:
    for function in reversed(list(_to_do)):
        try:
            function()
        except Exception:  # noqa: BLE001  one must not keep the others from ending, nor the interpreter
            _log.exception("at exit")


# Private, but the one hook that comes before the executors' own, since Python 3.9. Without it, atexit is what is left.
try:
    threading._register_atexit(_do_all)  # type: ignore[attr-defined]
except (AttributeError, RuntimeError):
    atexit.register(_do_all)
