"""Who may ask a model next, over all workers of a run; no cluster is needed to know it."""

import asyncio

import pytest

pytest.importorskip("aiohttp", reason="needs the extra judge")

from tests.synthesis.images import settings
from wethink_plugins.endpoints.totals import Totals
from wethink_plugins.synthesis.cluster.turnstile import Turnstile
from wethink_plugins.synthesis.running.budget import Spent


def turnstile(capacity=2, before=None, **limits):
    return Turnstile(settings(limits=limits), before or Spent(), {"m": capacity})


def totals(tokens, attempts=1):
    return Totals(attempts=attempts, prompt_tokens=tokens)


async def settled():
    for _ in range(20):
        await asyncio.sleep(0)


def enter(gate, *who):
    return asyncio.create_task(gate.enter(*who))


def played(scene):
    asyncio.run(asyncio.wait_for(scene(), 30))


def test_the_limit_holds_over_workers_and_the_oldest_goes_first():
    async def scene():
        gate = turnstile(2)
        inside = [enter(gate, "a", "m", 5, "1"), enter(gate, "b", "m", 6, "2")]
        later, sooner = enter(gate, "a", "m", 9, "3"), enter(gate, "b", "m", 7, "4")
        await settled()
        assert all(task.done() and task.result() == "" for task in inside)
        assert not later.done() and not sooner.done()
        await gate.leave("a", "m", "1", totals(1), "answered")
        await settled()
        assert sooner.done() and not later.done()
        await gate.leave("b", "m", "4", totals(1), "answered")
        assert await later == ""

    played(scene)


def test_the_same_call_waits_for_its_twin_and_takes_no_place_meanwhile():
    async def scene():
        gate = turnstile(2)
        assert await gate.enter("a", "m", 1, "same") == ""
        twin, other = enter(gate, "b", "m", 2, "same"), enter(gate, "b", "m", 3, "other")
        await settled()
        assert other.done() and not twin.done()
        await gate.leave("a", "m", "same", totals(1), "answered")
        assert await twin == ""

    played(scene)


def test_a_worker_that_is_gone_gives_back_what_it_held_and_what_it_waited_for():
    async def scene():
        gate = turnstile(1)
        assert await gate.enter("dead", "m", 1, "1") == ""
        queued = enter(gate, "dead", "m", 2, "2")
        alive = enter(gate, "alive", "m", 3, "3")
        twin = enter(gate, "alive", "m", 4, "1")
        await settled()
        await gate.forget("dead")
        assert await queued == "the worker is gone"
        assert await alive == ""
        await gate.leave("alive", "m", "3", totals(1), "answered")
        assert await twin == ""
        await gate.leave("alive", "m", "1", totals(2), "answered")
        assert await gate.enter("alive", "m", 5, "2") == ""

    played(scene)


def test_a_ceiling_counts_what_all_workers_spent_dead_ones_and_earlier_processes_too():
    async def scene():
        gate = turnstile(9, Spent(tokens=500), tokens=1000)
        for number, (worker, tokens) in enumerate([("a", 100), ("b", 200), ("a", 150)]):
            assert await gate.enter(worker, "m", number, str(number)) == ""
            await gate.leave(worker, "m", str(number), totals(tokens, number + 1), "answered")
        await gate.forget("b")
        assert await gate.enter("c", "m", 7, "7") == ""  # 850
        await gate.leave("c", "m", "7", totals(150), "answered")
        assert "limits.tokens" in await gate.enter("c", "m", 8, "8")
        assert "limits.tokens" in await gate.enter("a", "m", 9, "8")
        news = await gate.news("")
        assert "limits.tokens" in news.stop and news.totals["m"].prompt_tokens == 500

    played(scene)


def test_who_waits_when_the_driver_stops_is_sent_away():
    async def scene():
        gate = turnstile(1)
        assert await gate.enter("a", "m", 1, "1") == ""
        waiting = enter(gate, "b", "m", 2, "2")
        await settled()
        assert (await gate.news("SIGINT")).stop == "SIGINT"
        await gate.leave("a", "m", "1", totals(1), "answered")
        assert await waiting == "SIGINT"
        assert await gate.enter("a", "m", 3, "3") == "SIGINT"

    played(scene)


def test_the_driver_learns_since_when_nobody_answers():
    async def scene():
        gate = turnstile(3)
        assert (await gate.news("")).ages["m"] == (None, None)
        for call, ended in (("1", "answered"), ("2", "stored"), ("3", "failed")):
            assert await gate.enter("a", "m", 1, call) == ""
            await gate.leave("a", "m", call, totals(1), ended)
        answered, silent = (await gate.news("")).ages["m"]
        assert answered >= silent >= 0
        assert await gate.enter("b", "m", 2, "4") == ""
        await gate.leave("b", "m", "4", totals(1), "answered")
        assert (await gate.news("")).ages["m"][1] is None

    played(scene)
