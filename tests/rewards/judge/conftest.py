"""A reward whose judge is a scripted server."""

import contextlib

import pytest

from tests.servers import ModelServer
from wethink_plugins import HybridReward


def settings(*servers, **judge):
    endpoints = [{"base_url": server.base_url, "model": "scripted", "max_concurrency": 256} for server in servers]
    return {"judge": {"endpoints": endpoints, "store": None, "deadline_s": 30, **judge}}


@pytest.fixture
def judged_by():
    """`reward, server = judged_by(reply=...)`: server settings by name, judge settings as `judge={...}`."""
    pytest.importorskip("aiohttp", reason="needs the judge extra")
    with contextlib.ExitStack() as stack:

        def start(judge=(), config=(), **server_settings):
            server = stack.enter_context(ModelServer(**server_settings))
            reward = HybridReward.from_config({**settings(server, **dict(judge)), **dict(config)})
            stack.callback(reward.close)
            return reward, server

        yield start


@pytest.fixture
def described(sample_of):
    """A descriptive sample around an answer."""

    def make(answer, gold="A dog runs along the beach.", **fields):
        return sample_of(answer, gold, question_type="descriptive", question="What happens?", **fields)

    return make
