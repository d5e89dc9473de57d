"""A connection whose headers have a deadline, which uvicorn's own lacks: a client that never ends them costs nothing."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol


class Connection(H11Protocol):
    """Closed without a word when `header_s` have passed since it was made, or since the first byte of a further request.

    How long headers may be is limited by h11; how long a body may take, by the gate; how long it may idle, by uvicorn.
    """

    header_s = 10.0
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        super().connection_made(transport)
        self._start()

    def data_received(self, data: bytes) -> None:
        if not self._answering():
            self._start()
        super().data_received(data)
        if self._answering():
            self._stop()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        super().connection_lost(exc)

    def _answering(self) -> bool:
        """Whether a request is being answered, whose headers are whole."""
        return self.cycle is not None and not self.cycle.response_complete

    def _start(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(self.header_s, self.transport.close)

    def _stop(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
