"""What a judge's calls cost on the client's side: `python benchmarks/judge.py [throughput] [warm] [memory] [rate]`.

throughput  our client, async and sync, beside a bare aiohttp loop, the official client (where `openai[aiohttp]` is
            installed) and the physical limit, against the scripted server on the same machine
warm        replies from the store
memory      resident size over many calls, all different
rate        eight processes with one limit: the most that the server saw in any minute

Run it on a machine that does nothing else, or say what else it did. Figures are printed, nothing is kept.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import json
import logging
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.servers import ModelServer
from wethink_plugins import config
from wethink_plugins.endpoints import Call, CallFailed, Client
from wethink_plugins.rewards.loop import LoopThread

SYSTEM = "You compare an answer with a reference and end with VERDICT: <tier>."
Ask = Callable[[str], Awaitable[Any]]


def messages(prompt: str) -> tuple[dict[str, Any], ...]:
    return ({"role": "system", "content": SYSTEM}, {"role": "user", "content": prompt})


def client_for(server: ModelServer, store: Path | None, parallel: int, **more: Any) -> Client:
    endpoint = {"base_url": server.base_url, "model": "scripted", "max_concurrency": parallel}
    return Client.from_settings(
        config.Judge(endpoints=[endpoint], store=str(store) if store else None, batch_deadline_s=6000, **more)
    )


async def _all(ask: Ask, samples: int, parallel: int | None, first: int = 0) -> None:
    """`parallel` None: the client sees to it."""
    gate = asyncio.Semaphore(parallel or samples)

    async def one(i: int) -> None:
        async with gate:
            await ask(f"Question {i}: is 'a red ball on the left' what 'a ball' means?")

    await asyncio.gather(*(one(i) for i in range(first, first + samples)))


class Clock:
    """Wall seconds, and CPU milliseconds of this process."""

    def __enter__(self) -> Clock:
        self.wall, self.cpu = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall, self.cpu = time.perf_counter() - self.wall, time.process_time() - self.cpu


async def bare(server: ModelServer, samples: int, parallel: int) -> Clock:
    import aiohttp

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def ask(prompt: str) -> None:
            body = {"model": "scripted", "messages": messages(prompt), "max_tokens": 512, "temperature": 0}
            async with session.post(f"{server.base_url}/chat/completions", json=body) as answer:
                (await answer.json())["choices"][0]["message"]["content"]

        with Clock() as clock:
            await _all(ask, samples, parallel)
    return clock


async def official(server: ModelServer, samples: int, parallel: int) -> Clock:
    from openai import AsyncOpenAI, DefaultAioHttpClient

    async with AsyncOpenAI(
        base_url=server.base_url, api_key="none", http_client=DefaultAioHttpClient(timeout=60)
    ) as openai:

        async def ask(prompt: str) -> None:
            await openai.chat.completions.create(
                model="scripted", messages=list(messages(prompt)), max_tokens=512, temperature=0
            )

        with Clock() as clock:
            await _all(ask, samples, parallel)
    return clock


async def ours(server: ModelServer, samples: int, parallel: int) -> Clock:
    with tempfile.TemporaryDirectory() as folder:
        client = client_for(server, Path(folder) / "calls.sqlite", parallel)
        with Clock() as clock:
            await _all(lambda prompt: client.ask(Call(messages(prompt)), 60), samples, None)
        await client.aclose()
    return clock


def ours_sync(server: ModelServer, samples: int, parallel: int) -> Clock:
    """As a synchronous reward has it: the batch is handed to a loop in a thread."""
    with tempfile.TemporaryDirectory() as folder:
        client, loop = client_for(server, Path(folder) / "calls.sqlite", parallel), LoopThread("benchmark")
        with Clock() as clock:
            loop.run(_all(lambda prompt: client.ask(Call(messages(prompt)), 60), samples, None))
        loop.run(client.aclose())
        loop.close()
    return clock


def throughput(samples: int, parallel: int, repeats: int) -> None:
    print(f"\n{samples} samples, {parallel} parallel, the best of {repeats}\n")
    print("| latency | who | wall s | over the limit | over the bare loop | CPU-ms a call |\n|" + "---|" * 6)
    arms: dict[str, Callable[[ModelServer], Clock]] = {
        "bare aiohttp loop": lambda server: asyncio.run(bare(server, samples, parallel)),
        "ours, async": lambda server: asyncio.run(ours(server, samples, parallel)),
        "ours, sync": lambda server: ours_sync(server, samples, parallel),
    }
    if importlib.util.find_spec("openai"):
        arms["official client on aiohttp"] = lambda server: asyncio.run(official(server, samples, parallel))
    for latency_s in (0.2, 1.0):
        limit = math.ceil(samples / parallel) * latency_s
        print(f"| {latency_s} s | physical limit | {limit:.2f} | 1.00 | | |")
        took: dict[str, list[Clock]] = {name: [] for name in arms}
        with ModelServer(latency_s=latency_s, log=False) as server:
            for _ in range(repeats):
                for name, arm in arms.items():
                    took[name].append(arm(server))
        fastest = {name: min(clocks, key=lambda clock: clock.wall) for name, clocks in took.items()}
        for name, clock in fastest.items():
            over = clock.wall / fastest["bare aiohttp loop"].wall
            cpu = min(one.cpu for one in took[name]) / samples * 1000
            print(f"| {latency_s} s | {name} | {clock.wall:.2f} | {clock.wall / limit:.2f} | {over:.2f} | {cpu:.2f} |")


def warm(samples: int, batch: int) -> None:
    """Everything is asked once, then again by a client that has nothing in memory; batch by batch, as a trainer does."""

    async def run(client: Client, cached: bool) -> Clock:
        with Clock() as clock:
            for first in range(0, samples, batch):
                await _all(lambda prompt: client.ask(Call(messages(prompt)), 60), batch, None, first)
        assert client.totals().cached == samples * cached
        await client.aclose()
        return clock

    with tempfile.TemporaryDirectory() as folder, ModelServer(log=False) as server:
        store = Path(folder) / "calls.sqlite"
        asyncio.run(run(client_for(server, store, 256), False))
        clock = asyncio.run(run(client_for(server, store, 256), True))
    print(
        f"\nwarm store: {samples} samples in batches of {batch} in {clock.wall:.2f} s, "
        f"{samples / clock.wall:,.0f} a second ({samples / clock.cpu:,.0f} a CPU-second)"
    )


def memory(samples: int) -> None:
    async def run(client: Client) -> None:
        part = samples // 10
        for step in range(10):
            calls = (Call(messages(f"{step} {i}")) for i in range(part))
            for _ in range(0, part, 1000):
                await asyncio.gather(*(client.ask(call, 60) for call, _ in zip(calls, range(1000), strict=False)))
            print(f"| {(step + 1) * part:,} | {_resident_mb():.1f} |", flush=True)
        await client.aclose()

    print("\n| calls | resident MB |\n|---|---|")
    with tempfile.TemporaryDirectory() as folder, ModelServer(log=False) as server:
        asyncio.run(run(client_for(server, Path(folder) / "calls.sqlite", 256)))


def _resident_mb() -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024


def rate(processes: int, limit: int, seconds: float) -> None:
    """The most requests that the server saw in any 60 seconds, or in the whole of a shorter run, scaled."""
    with tempfile.TemporaryDirectory() as folder, ModelServer() as server:
        job = {"base_url": server.base_url, "store": f"{folder}/calls.sqlite", "limit": limit, "seconds": seconds}
        environment = {**os.environ, "WETHINK_RUN_ID": "benchmark"}
        workers = [
            subprocess.Popen([sys.executable, __file__, "--worker", json.dumps({**job, "worker": i})], env=environment)
            for i in range(processes)
        ]
        for worker in workers:
            worker.wait()
        times = [line["time"] for line in server.log()]
    window = min(60.0, seconds)
    most = max(sum(start <= other < start + window for other in times) for start in times)
    allowed = limit * window / 60
    print(
        f"\n{processes} processes, {limit} a minute together, {seconds:g} s: {len(times)} requests, "
        f"at most {most} in {window:g} s where {allowed:.0f} are allowed ({most / allowed - 1:+.1%})"
    )


async def rate_worker(job: dict[str, Any]) -> None:
    endpoint = {"base_url": job["base_url"], "model": "scripted"}
    client = Client.from_settings(
        config.Judge(endpoints=[endpoint], store=job["store"], rate={"requests_per_minute": job["limit"]})
    )
    end = time.monotonic() + job["seconds"]

    async def asker(name: int) -> None:
        i = 0
        while (left := end - time.monotonic()) > 0:
            i += 1
            try:
                await client.ask(Call(messages(f"{job['worker']} {name} {i}")), 10, wait_s=left)
            except CallFailed as error:
                assert error.kind in ("rate_limited", "deadline"), error

    await asyncio.gather(*(asker(name) for name in range(32)))
    await client.aclose()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("what", nargs="*", choices=["throughput", "warm", "memory", "rate", []], default=[])
    options.add_argument("--samples", type=int, default=2560)
    options.add_argument("--parallel", type=int, default=256)
    options.add_argument("--repeats", type=int, default=3)
    options.add_argument("--warm-samples", type=int, default=40_960)
    options.add_argument("--memory-calls", type=int, default=200_000)
    options.add_argument("--rate-seconds", type=float, default=90)
    options.add_argument("--worker", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    logging.basicConfig(level=logging.WARNING)
    if chosen.worker:
        asyncio.run(rate_worker(json.loads(chosen.worker)))
        return
    what = chosen.what or ["throughput", "warm", "memory", "rate"]
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start")
    if "throughput" in what:
        throughput(chosen.samples, chosen.parallel, chosen.repeats)
    if "warm" in what:
        warm(chosen.warm_samples, chosen.samples)
    if "memory" in what:
        memory(chosen.memory_calls)
    if "rate" in what:
        rate(8, 600, chosen.rate_seconds)


if __name__ == "__main__":
    main()
