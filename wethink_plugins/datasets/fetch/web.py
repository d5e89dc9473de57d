"""One GET through huggingface_hub's own session, whichever HTTP library its version brings.

The session has the proxies, certificates and hooks that a user gave the hub. It is requests' before 1.0, httpx' from
1.0 and httpx2's from 2.0; all three are found in working trainers, and none of them may be changed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from wethink_plugins.errors import WeThinkError, extra

# Small: of a connection that breaks, requests keeps back what doesn't fill a chunk. The others give bytes as they come.
_CHUNK = 1 << 14


@dataclass(frozen=True)
class Answer:
    """`identity`: what the hub, or else the last server, says the content is called; "" when neither says."""

    status: int
    headers: Mapping[str, str]
    identity: str
    chunks: Iterator[bytes]


def hub() -> ModuleType:
    """huggingface_hub; WeThinkError when it isn't installed."""
    try:
        import huggingface_hub
    except ImportError:
        raise WeThinkError("needs huggingface_hub", fix=extra("data")) from None
    return huggingface_hub


def endpoint() -> str:
    """HF_ENDPOINT as it is now, else the hub's own."""
    import os

    return (os.environ.get("HF_ENDPOINT") or hub().constants.ENDPOINT).rstrip("/")


def faults() -> tuple[type[Exception], ...]:
    """What the session raises when the wire fails. OSError is among them (requests' are, and the offline switch is)."""
    from huggingface_hub.utils import get_session

    library = sys.modules[type(get_session()).__module__.partition(".")[0]]
    own: Any = getattr(library, "RequestException", None) or getattr(library, "HTTPError", OSError)
    return (own, OSError)


@contextmanager
def get(url: str, headers: Mapping[str, str]) -> Iterator[Answer]:
    """Redirects are followed; the body is read as it comes, and never unpacked, so that ranges mean bytes."""
    from huggingface_hub.utils import build_hf_headers, get_session

    session: Any = get_session()  # of one of the three libraries
    sent = {**build_hf_headers(library_name="wethink-plugins"), "Accept-Encoding": "identity", **headers}
    timeout = hub().constants.HF_HUB_DOWNLOAD_TIMEOUT
    if callable(getattr(session, "stream", None)):
        with session.stream("GET", url, headers=sent, timeout=timeout, follow_redirects=True) as response:
            yield _answer(response, response.iter_raw())
    else:
        with session.get(url, headers=sent, timeout=timeout, stream=True) as response:
            yield _answer(response, response.iter_content(_CHUNK))


def _answer(response: Any, chunks: Iterator[bytes]) -> Answer:
    # The hub's answer names the content's SHA-256, while those who store it each have tags of their own.
    linked = [r.headers.get("X-Linked-ETag") for r in response.history]
    own = response.headers.get("X-Linked-ETag") or response.headers.get("ETag")
    identity = next((tag for tag in linked if tag), own) or ""
    return Answer(response.status_code, response.headers, identity.removeprefix("W/").strip('"'), chunks)
