"""What happens to a request before anything of it is read: who asks, how often, how much, how slowly."""

from __future__ import annotations

import asyncio
import hmac
import math
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from wethink_plugins.service.limits import Limits, RequestRate

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
OPEN = ("/health", "/openapi.json")
"""No token is asked for here, and nothing of a body is kept."""


class Refused(Exception):
    def __init__(self, status: int, problem: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(problem)
        self.status, self.problem, self.headers = status, problem, headers or {}


class Gate:
    """ASGI middleware. Refusals are JSON with `detail`, as FastAPI's own are; `seen` is told of each (path, status)."""

    def __init__(self, app: Any, token: str | None, limits: Limits, seen: Callable[[str, int], None]) -> None:
        self._app, self._limits, self._seen = app, limits, seen
        self._expected = f"Bearer {token}".encode() if token else None
        self._rate = RequestRate(limits.requests_per_minute)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        send = self._counting(scope["path"], send)
        headers = {name.lower(): value for name, value in scope["headers"]}
        try:
            self._check(scope, headers)
            body = await self._body(headers, receive, kept=scope["path"] not in OPEN)
        except Refused as refused:
            await self._refuse(refused, headers, receive, send)
            return
        await self._app(scope, _replay(body, receive), send)

    def _counting(self, path: str, send: Send) -> Send:
        async def counted(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                self._seen(path, message["status"])
            await send(message)

        return counted

    def _check(self, scope: Scope, headers: dict[bytes, bytes]) -> None:
        if scope["path"] in OPEN:
            return
        given = headers.get(b"authorization", b"")
        if self._expected is not None and not hmac.compare_digest(given, self._expected):
            raise Refused(
                401, "send the service's token as `Authorization: Bearer TOKEN`", {"www-authenticate": "Bearer"}
            )
        wait_s = self._rate.wait_s((scope.get("client") or ("?",))[0])
        if wait_s:
            raise Refused(429, f"more than {self._limits.requests_per_minute} requests a minute", _retry_after(wait_s))

    async def _refuse(self, refused: Refused, headers: dict[bytes, bytes], receive: Receive, send: Send) -> None:
        """After the body, unkept: some clients read no reply before they have sent it, and one that is cut off may lose it."""
        if refused.status not in (408, 413, 499):
            try:
                await self._body(headers, receive, kept=False)
            except Refused:
                refused.headers["connection"] = "close"
        await _reply(send, refused)

    async def _body(self, headers: dict[bytes, bytes], receive: Receive, kept: bool) -> bytes:
        """All of it, before any work is done for it; empty where it isn't kept."""
        too_large = Refused(413, f"more than {self._limits.body_bytes} bytes; send smaller batches")
        if int(headers.get(b"content-length") or 0) > self._limits.body_bytes:
            raise too_large
        parts: list[bytes] = []
        size, until = 0, asyncio.get_running_loop().time() + self._limits.body_s
        while True:
            try:
                left_s = until - asyncio.get_running_loop().time()
                message = await asyncio.wait_for(receive(), max(0.0, left_s))
            except asyncio.TimeoutError:
                raise Refused(408, f"the body did not arrive within {self._limits.body_s:g} s") from None
            if message["type"] == "http.disconnect":
                raise Refused(499, "the client went away")
            part = message.get("body", b"")
            size += len(part)
            if kept:
                parts.append(part)
            if size > self._limits.body_bytes:
                raise too_large
            if not message.get("more_body"):
                return b"".join(parts)


def busy(problem: str) -> Refused:
    return Refused(503, problem, _retry_after(1.0))


def _retry_after(seconds: float) -> dict[str, str]:
    return {"retry-after": str(max(1, math.ceil(seconds)))}


def _replay(body: bytes, receive: Receive) -> Receive:
    """The body once, then what the server says (that the client went away)."""
    waiting = [body]

    async def again() -> MutableMapping[str, Any]:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return again


async def _reply(send: Send, refused: Refused) -> None:
    import json

    body = json.dumps({"detail": refused.problem}).encode()
    headers = {"content-type": "application/json", "content-length": str(len(body)), **refused.headers}
    if refused.status in (408, 413):
        headers["connection"] = "close"  # the rest of the body is not waited for
    encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": refused.status, "headers": encoded})
    await send({"type": "http.response.body", "body": body})
