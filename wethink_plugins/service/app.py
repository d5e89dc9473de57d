"""The FastAPI application around one reward.

200: each sample has a status. 401, 408, 413, 429, 499: see gate.py. 422: a sample that nothing could be scored with, named
by its id; nothing of that batch was scored. 503 with Retry-After: too much is waiting. 504: no end within `answer_s`.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse
from starlette.middleware.trustedhost import TrustedHostMiddleware

from wethink_plugins import __version__
from wethink_plugins.errors import JudgeRequired, SampleError, WeThinkError
from wethink_plugins.rewards.hybrid import HybridReward
from wethink_plugins.sample import Sample
from wethink_plugins.score import Score
from wethink_plugins.service.gate import Gate, Refused, busy
from wethink_plugins.service.limits import Limits
from wethink_plugins.service.metrics import Metrics
from wethink_plugins.service.wire import BatchIn, BatchOut, SampleIn, ScoreOut

_SHOWN_FAULTS = 5
_log = logging.getLogger(__name__)


def make_app(
    reward: HybridReward, limits: Limits | None = None, token: str | None = None, hosts: Sequence[str] = ("*",)
) -> FastAPI:
    """`hosts`: the names it may be called by; on a loopback address a web page could otherwise reach it by another."""
    limits, metrics = limits or Limits(), Metrics()
    reward.rules_in_threads = True  # /health must answer while a formula is worked out
    # No page at /docs: FastAPI's loads its scripts from the web. The schema itself is at /openapi.json.
    pages: dict[str, Any] = {"docs_url": None, "redoc_url": None}
    app = FastAPI(title="WeThink reward", version=__version__, description=__doc__, lifespan=_closing(reward), **pages)
    scorer = Scorer(reward, limits, metrics)
    _add_errors(app)
    _add_routes(app, scorer, metrics)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts))
    app.add_middleware(Gate, token=token, limits=limits, seen=metrics.request)  # the last one added is the first asked
    return app


class Scorer:
    """Holds the bound on what may wait, and on how long."""

    def __init__(self, reward: HybridReward, limits: Limits, metrics: Metrics) -> None:
        self._reward, self._limits, self._metrics = reward, limits, metrics
        self._waiting = 0

    async def scores(self, path: str, samples: Sequence[Sample]) -> list[Score]:
        if len(samples) > self._limits.samples:
            raise Refused(413, f"{len(samples)} samples, at most {self._limits.samples} in one request")
        if self._waiting and self._waiting + len(samples) > self._limits.waiting_samples:
            raise busy(f"{self._waiting} samples are waiting already")
        start = time.monotonic()
        self._count(len(samples))
        try:
            scores = await asyncio.wait_for(self._reward.ascore_batch(samples), self._limits.answer_s)
        except asyncio.CancelledError:  # the service ends, and has no more time for this
            raise busy("the service is ending; nothing is known of these") from None
        except asyncio.TimeoutError:
            raise Refused(504, f"not scored within {self._limits.answer_s:g} s; nothing is known of these") from None
        finally:
            self._count(-len(samples))
        self._metrics.answered(path, time.monotonic() - start, scores)
        return scores

    def _count(self, samples: int) -> None:
        self._waiting += samples
        self._metrics.waiting.set(self._waiting)


def _add_routes(app: FastAPI, scorer: Scorer, metrics: Metrics) -> None:
    @app.post("/v1/score")
    async def score(sample: SampleIn) -> ScoreOut:
        """One rollout."""
        read = sample.sample()
        (one,) = await scorer.scores("/v1/score", [read])
        return ScoreOut.of(read, one)

    @app.post("/v1/score_batch")
    async def score_batch(batch: BatchIn) -> BatchOut:
        """Many rollouts at once: the judge is asked for all of them together."""
        samples = [sample.sample(place) for place, sample in enumerate(batch.samples)]
        scores = await scorer.scores("/v1/score_batch", samples)
        return BatchOut.of(samples, scores)

    @app.get("/health")
    async def health() -> dict[str, str]:
        """That it takes requests; whether the judge is there, `wethink judge ping` tells."""
        return {"status": "ok", "version": __version__}

    @app.get("/metrics", response_class=PlainTextResponse)
    async def prometheus() -> Response:
        return Response(metrics.text(), media_type="text/plain; version=0.0.4")


def _add_errors(app: FastAPI) -> None:
    def reply(status: int, detail: Any, headers: dict[str, str] | None = None) -> JSONResponse:
        return JSONResponse({"detail": detail}, status, headers)

    @app.exception_handler(Refused)
    async def refused(request: Request, error: Refused) -> JSONResponse:
        return reply(error.status, error.problem, error.headers)

    @app.exception_handler(RequestValidationError)
    async def malformed(request: Request, error: RequestValidationError) -> JSONResponse:
        """In the form of our own errors, without repeating the body, which may be megabytes."""
        faults = [_fault(fault, error.body) for fault in error.errors()]
        if "json" not in request.headers.get("content-type", ""):
            faults.insert(0, "send JSON, with the header Content-Type: application/json")
        more = [f"and {len(faults) - _SHOWN_FAULTS} more"] if len(faults) > _SHOWN_FAULTS else []
        return reply(422, "; ".join([*faults[:_SHOWN_FAULTS], *more]))

    @app.exception_handler(WeThinkError)
    async def wrong(request: Request, error: WeThinkError) -> JSONResponse:
        caller = isinstance(error, SampleError | JudgeRequired)
        if not caller:
            _log.error("%s", error)
        return reply(422 if caller else 500, str(error))

    @app.exception_handler(Exception)
    async def broken(request: Request, error: Exception) -> JSONResponse:
        return reply(500, f"{type(error).__name__}; the service's log has more")


def _fault(fault: Mapping[str, Any], body: Any) -> str:
    """`row ID: FIELD: what is wrong`, as far as the body tells."""
    place, sample = list(fault["loc"][1:]), body
    if place[:1] == ["samples"] and len(place) > 1:
        try:
            sample, place = body["samples"][place[1]], place[2:] or place
        except (TypeError, KeyError, IndexError):
            sample = None
    row = sample.get("id") if isinstance(sample, Mapping) else None
    return ": ".join([*([f"row {row}"] if row else []), ".".join(map(str, place)), str(fault["msg"])])


def _closing(reward: HybridReward) -> Any:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await asyncio.to_thread(reward.close)
        if (close := getattr(reward.judge, "aclose", None)) is not None:
            await close()

    return lifespan
