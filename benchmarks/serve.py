"""The reward over HTTP beside the same reward in this process: `python benchmarks/serve.py [--requests 20000]`.

64 clients send single samples and batches; one request in a hundred each is malformed, too large, slow to arrive, or without
the token. The service is stopped and started again in the middle; a client that gets no answer asks again. Printed: replies
by status, throughput, latency, resident memory of the service, and that every good sample got the score that the reward
in this process gives.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from wethink_plugins import HybridReward, Sample

KINDS = ("malformed", "oversized", "slow", "unauthorised")
TOKEN = "secret"
LIMIT_MB = 1


def sample(i: int) -> dict[str, Any]:
    answer = ("4", "5", "12 cm", "B", "1/2")[i % 5]
    gold = ("4", "4", "0.12 m", "B", "0.5")[i % 5]
    text = f"<think>{'I look. ' * (i % 50)}</think>\n<answer>{answer}</answer>"
    return {"id": str(i), "response": text, "answer": gold, "question": "How much?"}


def expected(bodies: list[dict[str, Any]]) -> tuple[list[float | None], float]:
    """The scores in this process, and seconds for all."""
    reward = HybridReward.from_config({})
    samples = [Sample(group=None, **body) for body in bodies]
    start = time.perf_counter()
    scores = [reward.score(one).overall for one in samples]
    return scores, time.perf_counter() - start


class Service:
    """`wethink serve` as a process of its own, on one port through all starts."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "wethink_plugins.cli.main", "serve", "--port", str(self.port)]
        command += ["--token-env", "WETHINK_TOKEN", "--max-mb", str(LIMIT_MB), "--body-s", "1"]
        variables = {**os.environ, "WETHINK_TOKEN": TOKEN}
        self.process = subprocess.Popen(command, env=variables, stdout=subprocess.DEVNULL)

    def stop(self) -> None:
        assert self.process is not None
        self.process.terminate()
        self.process.wait()

    def resident_mib(self) -> float:
        assert self.process is not None
        pages = Path(f"/proc/{self.process.pid}/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE") / 2**20


class Clients:
    def __init__(self, service: Service, bodies: list[dict[str, Any]]) -> None:
        self.service, self.bodies = service, bodies
        self.found: dict[int, float | None] = {}
        self.statuses: Counter[str] = Counter()
        self.seconds: list[float] = []
        self.again = 0
        self._next = 0

    async def run(self, session: Any) -> None:
        while self._next < len(self.bodies):
            place, self._next = self._next, self._next + 1
            kind = KINDS[place % 400 // 100] if place % 100 == 7 else "good"
            await self.one(session, place, kind)

    async def one(self, session: Any, place: int, kind: str) -> None:
        headers = {
            "Authorization": f"Bearer {'' if kind == 'unauthorised' else TOKEN}",
            "Content-Type": "application/json",
        }
        while True:
            start = time.perf_counter()
            try:
                async with session.post(
                    f"{self.service.url}/v1/score", data=self.body(place, kind), headers=headers
                ) as got:
                    content = await got.read()
                    status = got.status
            except (OSError, self.lost) as error:
                if kind != "good" and time.perf_counter() - start > 0.5:
                    self.statuses[f"{kind}: connection closed"] += 1
                    return
                self.again += 1
                del error
                await asyncio.sleep(0.05)
                continue
            break
        self.statuses[f"{kind}: {status}"] += 1
        if kind == "good":
            self.seconds.append(time.perf_counter() - start)
            self.found[place] = json.loads(content)["overall"]

    def body(self, place: int, kind: str) -> Any:
        if kind == "oversized":
            return b"x" * (LIMIT_MB * 1_000_000 + 1)
        if kind == "malformed":
            return b'{"response": 4'
        if kind == "slow":
            return dripping()
        return json.dumps(self.bodies[place]).encode()

    @property
    def lost(self) -> Any:
        import aiohttp

        return aiohttp.ClientError


async def dripping() -> Any:
    for _ in range(40):
        yield b"{"
        await asyncio.sleep(0.1)


async def load(service: Service, clients: Clients, parallel: int) -> list[float]:
    """Resident MiB of the service, now and then."""
    import aiohttp

    memory: list[float] = []

    async def watch() -> None:
        restarted = False
        while True:
            await asyncio.sleep(0.5)
            with contextlib.suppress(OSError):
                memory.append(service.resident_mib())
            if not restarted and clients._next > len(clients.bodies) // 2:
                restarted = True
                await asyncio.to_thread(service.stop)
                await asyncio.sleep(0.5)
                service.start()

    watching = asyncio.ensure_future(watch())
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        await asyncio.gather(*(clients.run(session) for _ in range(parallel)))
    watching.cancel()
    return memory


async def batches(url: str, bodies: list[dict[str, Any]]) -> float:
    """Seconds for all, in requests of 64, eight at once."""
    from wethink_plugins.service.client import RemoteReward

    os.environ["WETHINK_TOKEN"] = TOKEN
    reward = RemoteReward(url, "WETHINK_TOKEN")
    start = time.perf_counter()
    await reward.ascore_batch([Sample(group=None, **body) for body in bodies])
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--clients", type=int, default=64)
    chosen = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start")
    bodies = [sample(i) for i in range(chosen.requests)]
    own, own_s = expected(bodies)
    service = Service()
    service.start()
    clients = Clients(service, bodies)
    try:
        start = time.perf_counter()
        memory = asyncio.run(load(service, clients, chosen.clients))
        wall_s = time.perf_counter() - start
        batch_s = asyncio.run(batches(service.url, bodies))
    finally:
        service.stop()
    wrong = sum(clients.found[place] != own[place] for place in clients.found)
    cuts = statistics.quantiles(clients.seconds, n=100)
    count = chosen.requests
    print("\n| way | samples a second | beside the call in this process |\n|---|---|---|")
    print(f"| in this process, one by one | {count / own_s:,.0f} | 1 |")
    print(f"| one sample a request, {chosen.clients} clients | {count / wall_s:,.0f} | {own_s / wall_s:.3f} |")
    print(f"| 64 samples a request, 16 at once | {count / batch_s:,.0f} | {own_s / batch_s:.3f} |")
    print(
        f"\nlatency of one sample among {chosen.clients} clients: p50 {1000 * cuts[49]:.0f} ms, p99 {1000 * cuts[98]:.0f} ms"
    )
    print(f"resident memory: {memory[2]:.0f} MiB early, {max(memory):.0f} at most, {memory[-1]:.0f} at the end")
    print(f"asked again after the restart: {clients.again}; good samples with another score: {wrong}")
    print("replies:", dict(sorted(clients.statuses.items())))


if __name__ == "__main__":
    main()
