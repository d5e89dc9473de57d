"""uvicorn, ended by SIGTERM or Ctrl-C as by a request to end: with exit code 0, once the requests in hand are answered."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import uvicorn

from wethink_plugins.service.connection import Connection
from wethink_plugins.service.limits import Limits


def settings(app: Any, limits: Limits, stop_s: int) -> uvicorn.Config:
    """Plain HTTP, headers within `limits.header_s`, requests in hand ended within `stop_s` of a signal."""
    connection = type("Connection", (Connection,), {"header_s": limits.header_s})
    return uvicorn.Config(app, http=connection, ws="none", log_level="warning", timeout_graceful_shutdown=stop_s)


class Server(uvicorn.Server):
    """A second signal ends it at once."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """uvicorn's own raises the signal again at the end, so that an orderly stop looks like a crash."""
        before = {number: signal.signal(number, self._end) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def install_signal_handlers(self) -> None:
        """Of uvicorn before 0.29, which has no `capture_signals`."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)

    def _end(self, number: int, frame: FrameType | None) -> None:
        self.force_exit = self.should_exit
        self.should_exit = True
