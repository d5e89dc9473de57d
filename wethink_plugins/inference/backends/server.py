"""Any OpenAI-compatible server, asked many questions at a time through the project's own client."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from wethink_plugins import config
from wethink_plugins.endpoints import Call, CallFailed, CallRefused, Client
from wethink_plugins.inference.backend import Output
from wethink_plugins.inference.chat import turns
from wethink_plugins.inference.pictures import BadPicture, data_url
from wethink_plugins.inference.request import Request
from wethink_plugins.inference.settings import Settings

# Chosen: as long as a queue before the endpoint's slots may take.
_WAIT_S = 86_400.0


class ServerBackend:
    """One row is one call: 429 and the like are tried again within `deadline_s`, and a call ends by then.

    A row that the server refuses (too long, filtered) has an error; one that got no reply may be asked again. Raises
    ConfigError for an address or a key variable that can't be used. `close` ends its thread.
    """

    unit = 1

    def __init__(self, endpoint: config.Endpoint, settings: Settings, deadline_s: float = 600.0) -> None:
        self.model, self.style = endpoint.model, settings.style
        self._settings, self._deadline_s = settings, deadline_s
        self._parallel = endpoint.max_concurrency
        judge = config.Judge(endpoints=[endpoint], store=None, deadline_s=deadline_s, batch_deadline_s=_WAIT_S)
        self._client = Client.from_settings(judge)
        self.identity = {"backend": "server", "server": endpoint.base_url}

    def outputs(self, units: Iterable[Sequence[Request]]) -> Iterator[tuple[int, Sequence[Output]]]:
        """From a thread of its own, so that many calls are under way while lines are written."""
        done: queue.Queue[tuple[int, Output] | BaseException | None] = queue.Queue(maxsize=4 * self._parallel)
        stop = threading.Event()
        thread = threading.Thread(
            target=self._work, args=(list(units), done, stop), name="wethink-generate", daemon=True
        )
        thread.start()
        try:
            while (found := done.get()) is not None:
                if isinstance(found, BaseException):
                    raise found
                yield found[0], [found[1]]
        finally:
            stop.set()

    def close(self) -> None:
        """Each loop closes its own connections as it ends."""

    def _work(self, units: list[Sequence[Request]], done: queue.Queue[Any], stop: threading.Event) -> None:
        try:
            asyncio.run(self._all(units, done, stop))
            last: BaseException | None = None
        except BaseException as error:  # noqa: BLE001  told where the outputs are waited for
            last = error
        while not stop.is_set():
            try:
                return done.put(last, timeout=0.2)
            except queue.Full:
                continue

    async def _all(self, units: list[Sequence[Request]], done: queue.Queue[Any], stop: threading.Event) -> None:
        todo = iter(enumerate(units))

        async def worker() -> None:
            for number, (request,) in todo:
                output = await self._one(request)
                while not stop.is_set():
                    try:
                        done.put_nowait((number, output))
                        break
                    except queue.Full:
                        await asyncio.sleep(0.01)
                if stop.is_set():
                    return

        try:
            await asyncio.gather(*(worker() for _ in range(min(self._parallel, len(units)) or 1)))
        finally:
            await self._client.aclose()

    async def _one(self, request: Request) -> Output:
        try:
            call = await asyncio.to_thread(self._call, request)
            reply = await self._client.ask(call, self._deadline_s, _WAIT_S)
        except BadPicture as error:
            return Output(None, "error", str(error))
        except CallRefused as error:
            # A bad request is a wrong set-up that every row meets: nothing to keep.
            return Output(None, "error", str(error), again=error.kind == "bad_request")
        except CallFailed as error:
            return Output(None, "error", str(error), again=True)
        return Output(reply.text, reply.finish_reason or "stop")

    def _call(self, request: Request) -> Call:
        settings = self._settings
        messages = turns(request, settings.prompt, lambda p: {"type": "image_url", "image_url": {"url": data_url(p)}})
        sampling = {"top_p": settings.top_p, "top_k": settings.top_k}
        pixels = {"min_pixels": settings.min_pixels, "max_pixels": settings.max_pixels}
        pixels = {name: value for name, value in pixels.items() if value}
        extra: dict[str, Any] = {name: value for name, value in sampling.items() if value is not None}
        extra |= {"mm_processor_kwargs": pixels} if pixels else {}
        seed = settings.seed if settings.temperature else None
        return Call(tuple(messages), settings.max_new_tokens, settings.temperature, seed=seed, extra=extra)
