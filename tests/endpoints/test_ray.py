"""On Ray, one actor owns the store and the limits for the workers of all nodes."""

import asyncio
import itertools
from collections import Counter

import pytest

pytest.importorskip("ray")
pytest.importorskip("aiohttp")

import ray

from tests.cluster import cluster
from tests.endpoints.conftest import call_of, ledger, outcome_of
from tests.servers import ModelServer

PATIENCE_S = 600


def work(client, name):
    """In a worker; a share of the prompts is common to all."""

    async def run():
        calls = [call_of(f"{name} {i}", max_tokens=4) for i in range(20)] + [call_of("common", max_tokens=4)]
        kinds = await asyncio.gather(*(outcome_of(client, call, wait_s=5) for call in calls))
        await client.aclose()
        return kinds

    return asyncio.run(run())


@pytest.mark.slow
def test_workers_share_the_ceiling_through_one_actor(client_for, store, monkeypatch):
    monkeypatch.delenv("WETHINK_RUN_ID")
    with cluster(monkeypatch, num_cpus=3), ModelServer() as server:
        client = client_for(server, ceiling={"tokens": 150}, endpoint={"max_concurrency": 2})
        job = ray.remote(num_cpus=0)(work)
        kinds = Counter(itertools.chain(*ray.get([job.remote(client, name) for name in "abc"], timeout=PATIENCE_S)))
        names = {actor["name"] for actor in ray.util.list_named_actors(all_namespaces=True)}
        spent = sum(line["prompt_tokens"] + line["completion_tokens"] for line in ledger(store))
        assert spent == sum(line["prompt_tokens"] + line["completion_tokens"] for line in server.log())
    assert set(kinds) == {"ok", "ceiling"} and 100 <= spent <= 150
    assert names == {f"call-store-{store}"}
