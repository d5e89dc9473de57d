"""A reward that is computed elsewhere: the service's scores, through the methods of `HybridReward`.

    from wethink_plugins.service.client import RemoteReward
    make_reward(reward=RemoteReward("http://10.0.0.7:8787", token_env="WETHINK_TOKEN"))      # in any adapter

Needs aiohttp (the extra `judge`).
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from wethink_plugins.config import WeThinkConfig
from wethink_plugins.endpoints.backoff import backoff_s
from wethink_plugins.endpoints.transport import new_session, require_aiohttp
from wethink_plugins.errors import ConfigError, SampleError
from wethink_plugins.rewards.judge.images import data_urls
from wethink_plugins.rewards.loop import LoopThread
from wethink_plugins.rewards.question import require_text
from wethink_plugins.sample import Sample
from wethink_plugins.score import Score
from wethink_plugins.service.wire import BatchOut, body_of

# Chosen: small enough that a lost connection costs little, large enough that a request's own cost doesn't matter.
_SAMPLES_A_REQUEST, _AT_ONCE = 64, 16
_AGAIN = (408, 429, 500, 502, 503, 504)
# Chosen. The service's own fault; the same request will mostly meet it again.
_MOST_500 = 3


class RemoteReward:
    """What the service can't be asked for within `deadline_s` seconds, retries included, is unscored, as with a dead judge.

    `url` is that of `wethink serve`, `token_env` the NAME of the variable that holds its token (ConfigError if unset).
    Raises SampleError for a sample that the service refuses (it names the row) and ConfigError for a refused token. `config`
    is what adapters look into here, on the client's side: `judge.tolerate`; the reward's own is the service's.
    """

    def __init__(self, url: str, token_env: str | None = None, config: Any = None, deadline_s: float = 600.0) -> None:
        require_aiohttp()
        self._url, self._deadline_s, self._token_env = url.rstrip("/"), deadline_s, token_env
        if token_env is not None and not os.environ.get(token_env):
            raise ConfigError(f"the variable {token_env} is not set", fix="set it to the service's token")
        self.config = WeThinkConfig.load({} if config is None else config)
        self.judge = None
        self.imputes = False
        self._loop = LoopThread("wethink-remote")

    def score(self, sample: Sample) -> Score:
        """One sample's score."""
        return self.score_batch([sample])[0]

    def score_batch(self, samples: Sequence[Sample]) -> list[Score]:
        """One score a sample, in their order; 64 travel in a request (chosen)."""
        return self._loop.run(self.ascore_batch(samples))

    async def ascore(self, sample: Sample) -> Score:
        """`score`, in the caller's own event loop."""
        return (await self.ascore_batch([sample]))[0]

    async def ascore_batch(self, samples: Sequence[Sample]) -> list[Score]:
        """`score_batch`, in the caller's own event loop."""
        samples = list(samples)
        for sample in samples:
            require_text(sample)
        parts = [samples[i : i + _SAMPLES_A_REQUEST] for i in range(0, len(samples), _SAMPLES_A_REQUEST)]
        until, slots = time.monotonic() + self._deadline_s, asyncio.Semaphore(_AT_ONCE)
        async with new_session() as session:
            scored = await asyncio.gather(*(self._part(session, slots, part, until) for part in parts))
        return [score for part in scored for score in part]

    def close(self) -> None:
        """Ends its thread; nothing of the service."""
        self._loop.close()

    async def _part(self, session: Any, slots: asyncio.Semaphore, samples: list[Sample], until: float) -> list[Score]:
        body = {"samples": [body_of(replace(s, images=tuple(data_urls(s.images)))) for s in samples]}
        async with slots:
            fault, attempts, broken = "", 0, 0
            while broken < _MOST_500 and (left_s := until - time.monotonic()) > 0:
                attempts += 1
                status, content, retry_after_s = await self._post(session, body, left_s)
                if status == 200:
                    return [score.score() for score in BatchOut.model_validate(content).scores]
                fault = f"{status or 'no answer'}: {content}"
                broken += status == 500
                self._raise_if_final(status, str(content))
                await asyncio.sleep(min(backoff_s(attempts, retry_after_s), max(0.0, until - time.monotonic())))
        return [_unscored(f"the reward service at {self._url}: {fault or 'no time left'}") for _ in samples]

    async def _post(self, session: Any, body: Any, left_s: float) -> tuple[int, Any, float | None]:
        """Status 0: no reply, with the cause as content."""
        import aiohttp

        headers = {"Authorization": f"Bearer {os.environ.get(self._token_env, '')}"} if self._token_env else {}
        limit = aiohttp.ClientTimeout(total=left_s, sock_connect=10)
        try:
            async with session.post(
                f"{self._url}/v1/score_batch", json=body, headers=headers, timeout=limit, allow_redirects=False
            ) as reply:
                content = await reply.json(content_type=None)
                pause = reply.headers.get("Retry-After", "")
                detail = content.get("detail", content) if reply.status != 200 else content
                return reply.status, detail, float(pause) if pause.isdigit() else None
        except (aiohttp.ClientError, OSError, ValueError, asyncio.TimeoutError) as error:
            return 0, f"{type(error).__name__}: {error}", None

    def _raise_if_final(self, status: int, detail: str) -> None:
        if status == 401:
            raise ConfigError(f"{self._url} refuses the token", fix="name the variable that holds it as token_env")
        if status and status not in _AGAIN:
            raise SampleError(f"{self._url} refuses the batch ({status}): {detail}", fix="see what it says of the row")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._url, self._token_env, self.config, self._deadline_s)


def _unscored(reason: str) -> Score:
    return Score(None, None, 0.0, "none", "unscored", reason, "service")
