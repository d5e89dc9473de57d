"""What verl's router doesn't hand on: that a prompt was too long for the model behind it.

verl 0.9.1 (verl/experimental/reward_loop/router/naive_router.py) answers "500 Internal Server Error" to whatever its
server refuses. An answer that doesn't fit would pass for a fault of the server: tried again, unscored, dropped from the
batch, a shelter for long answers; and ten of them would take the judge for down. vLLM counts a prompt's tokens when it
is asked, so this cause can be told from the others.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import TYPE_CHECKING

from wethink_plugins.endpoints.call import Call, encode
from wethink_plugins.endpoints.outcome import Outcome
from wethink_plugins.endpoints.route import Route

if TYPE_CHECKING:
    import aiohttp

# Chosen. Longer than a server that works takes to count.
_PATIENCE_S = 10.0


async def explained(session: aiohttp.ClientSession, route: Route, call: Call, outcome: Outcome) -> Outcome:
    """The outcome as it is, or context_length for a prompt that is too long by the server's own count."""
    if not route.is_router or outcome.kind != "server_error" or outcome.status != 500:
        return outcome
    counted = await _count(session, route, call)
    if counted is None or counted[0] + call.max_tokens <= counted[1]:
        return outcome
    note = (
        f"{counted[0]} tokens and max_tokens of {call.max_tokens} don't fit into {counted[1]} (500 from verl's router)"
    )
    return replace(outcome, kind="context_length", note=note)


async def _count(session: aiohttp.ClientSession, route: Route, call: Call) -> tuple[int, int] | None:
    """Tokens of the prompt, and of the model's context; None from a server that doesn't say."""
    import aiohttp

    body = encode({"model": route.model, "messages": [dict(message) for message in call.messages]})
    timeout = aiohttp.ClientTimeout(total=_PATIENCE_S)
    try:
        async with session.post(route.tokenize_url, data=body, headers=route.headers(), timeout=timeout) as answer:
            value = json.loads(await answer.read())
        return int(value["count"]), int(value["max_model_len"])
    except (aiohttp.ClientError, OSError, asyncio.TimeoutError, ValueError, KeyError, TypeError):
        return None
