"""Runs the page's server on this machine alone, until Ctrl-C."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable
from contextlib import suppress

from wethink_plugins.datasets.audit.labels import Labels
from wethink_plugins.datasets.audit.sample import Sample
from wethink_plugins.errors import WeThinkError, extra


def require_extra() -> None:
    """WeThinkError where the extra isn't installed."""
    try:
        import fastapi  # noqa: F401
        import uvicorn  # noqa: F401
    except ImportError as error:
        raise WeThinkError(f"the audit page needs {error.name}, which isn't installed", fix=extra("serve")) from None


def serve(sample: Sample, labels: Labels, annotator: str, port: int, ready: Callable[[str], None]) -> None:
    """`ready` gets the page's address once connections are taken. Port 0 takes any that is free; WeThinkError if taken."""
    import uvicorn

    from wethink_plugins.datasets.audit.server import app_of

    token = secrets.token_urlsafe(16)
    config = uvicorn.Config(
        app_of(sample, labels, annotator, token), log_level="warning", access_log=False, timeout_graceful_shutdown=2
    )
    listening = _listen(port)
    with listening, suppress(KeyboardInterrupt):
        ready(f"http://127.0.0.1:{listening.getsockname()[1]}/{token}/")
        uvicorn.Server(config).run(sockets=[listening])


def _listen(port: int) -> socket.socket:
    """On 127.0.0.1 and nowhere else: what is shown here has no password."""
    try:
        return socket.create_server(("127.0.0.1", port))
    except (OSError, OverflowError) as error:
        raise WeThinkError(
            f"port {port} can't be used: {error}", fix="give another --port, or 0 for any that is free", field="--port"
        ) from None
