"""One HTTP request over aiohttp; whatever becomes of it is an `Outcome`, never an exception.

The official `openai` client over aiohttp costs about three times the processor time of a whole call through here, store
and retries included (`benchmarks/judge.py`), and takes twice as long where two cores are shared with the server. Nothing
of it but the request is needed, so it is not used at all.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import TYPE_CHECKING

from wethink_plugins.endpoints.faults import CallFailed
from wethink_plugins.endpoints.outcome import Outcome, classify
from wethink_plugins.errors import ConfigError, extra

if TYPE_CHECKING:
    import aiohttp

_CONNECT_S = 10.0
# Below the five seconds after which uvicorn, and so vLLM, closes a connection that is idle: a request that is sent into
# the closing is lost.
_KEEP_ALIVE_S = 4.0
# Chosen, in bytes: many times what a reply takes, and little enough to cost milliseconds to refuse. A token rarely takes
# more than the second, escaped and with what its server tells beside it.
_LARGEST_BODY, _BYTES_A_TOKEN = 256_000, 32
# Chosen. Of a list of models: a large host names thousands.
_LARGEST_LIST = 4_000_000


def require_aiohttp() -> None:
    try:
        import aiohttp  # noqa: F401
    except ImportError:
        raise ConfigError(
            "calls to a model server need aiohttp",
            fix=extra("judge"),
            field="judge.endpoints",
        ) from None


def new_session() -> aiohttp.ClientSession:
    """For the running loop. How many requests are under way is not its business."""
    import aiohttp

    connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=_KEEP_ALIVE_S, ttl_dns_cache=60)
    return aiohttp.ClientSession(
        connector=connector, cookie_jar=aiohttp.DummyCookieJar(), timeout=aiohttp.ClientTimeout(total=None)
    )


async def post(
    session: aiohttp.ClientSession,
    url: str,
    headers: dict[str, str],
    body: bytes,
    proxy: str | None,
    limit_s: float | None,
    secret: bytes = b"",
    max_tokens: int = 0,
) -> Outcome:
    """`limit_s`: an end for this attempt before the caller's own. `secret` is told in no note, not even its beginning.
    What is larger than `max_tokens` can be isn't read to its end and not asked for again. Kinds beside those of an answer: connect, dropped, deadline and bad_reply."""
    import aiohttp

    timeout = aiohttp.ClientTimeout(total=limit_s, sock_connect=_CONNECT_S)
    try:
        async with session.post(
            url, data=body, headers=headers, proxy=proxy, timeout=timeout, allow_redirects=False
        ) as answer:
            largest = max(_LARGEST_BODY, max_tokens * _BYTES_A_TOKEN)
            content = await _whole(answer, largest)
            if content is None:
                note = f"{answer.status}, and more than {largest} bytes: no chat completion"
                return Outcome("bad_reply", note, answer.status, permanent=True)
            return _without(secret, classify(answer.status, answer.headers.get("Retry-After"), content), content)
    except aiohttp.ServerTimeoutError:  # only connecting has a limit of its own
        return Outcome("connect", f"no connection within {_CONNECT_S:g} s", 0)
    except asyncio.TimeoutError:
        return Outcome("deadline", f"no answer within {limit_s or 0:.3g} s", 0)
    except aiohttp.ClientConnectorError as error:
        return Outcome("connect", str(error), 0)
    except (aiohttp.ServerDisconnectedError, aiohttp.ClientPayloadError, aiohttp.ClientOSError, OSError) as error:
        return Outcome("dropped", f"the connection ended before the answer ({error or type(error).__name__})", 0)
    except (aiohttp.ClientError, ValueError) as error:
        return Outcome("bad_reply", f"{type(error).__name__}: {error}", 0)


def _without(secret: bytes, outcome: Outcome, content: bytes) -> Outcome:
    """The note made again from a body without the secret: of a note that is cut short, a part of it would be left."""
    if outcome.kind == "ok" or not secret or secret not in content:
        return outcome
    return replace(outcome, note=classify(outcome.status, None, content.replace(secret, b"***")).note)


async def _whole(answer: aiohttp.ClientResponse, largest: int) -> bytes | None:
    """None for a body of more than `largest` bytes, of which no more is read; its connection is closed."""
    if answer.content_length is not None and answer.content_length <= largest and not _compressed(answer):
        return await answer.read()
    parts, size = [], 0
    if answer.content_length is None or answer.content_length <= largest:
        async for part in answer.content.iter_chunked(65_536):
            parts.append(part)
            size += len(part)
            if size > largest:
                break
        else:
            return b"".join(parts)
    answer.close()
    return None


def _compressed(answer: aiohttp.ClientResponse) -> bool:
    """Content-Length counts what is sent, and that may be a small part of what it unpacks to."""
    return "Content-Encoding" in answer.headers


async def list_models(
    session: aiohttp.ClientSession, url: str, headers: dict[str, str], proxy: str | None, deadline_s: float
) -> list[str]:
    import aiohttp

    try:
        async with session.get(
            url, headers=headers, proxy=proxy, timeout=aiohttp.ClientTimeout(total=deadline_s)
        ) as answer:
            content = await _whole(answer, _LARGEST_LIST)
    except (aiohttp.ClientError, OSError, asyncio.TimeoutError, ValueError) as error:
        raise CallFailed("connect", f"{url}: {error or type(error).__name__}") from None
    try:
        return [str(model["id"]) for model in json.loads(content or b"")["data"]]
    except (ValueError, KeyError, TypeError):
        kind = "auth" if answer.status in (401, 403) else "bad_reply"
        raise CallFailed(kind, f"{url}: {answer.status}, and no list of models") from None
