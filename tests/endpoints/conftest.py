"""A client for a scripted server, and what its ledger says."""

import contextlib
import sqlite3

import pytest

from wethink_plugins import config
from wethink_plugins.endpoints import Call, CallFailed, CallRefused, Client
from wethink_plugins.endpoints.run_id import ENVIRONMENT_VARIABLE

IDENTITY = "judge"


def call_of(prompt, **fields):
    return Call(({"role": "user", "content": prompt},), **fields)


def settings_for(*servers, store, **judge):
    endpoint = judge.pop("endpoint", {})
    endpoints = [
        {"base_url": getattr(server, "base_url", server), "model": "scripted", "identity": IDENTITY, **endpoint}
        for server in servers
    ]
    return config.Judge(endpoints=endpoints, store=store and str(store), **judge)


async def outcome_of(client, call, deadline_s=20.0, **options):
    """ok or the kind of failure; anything else that is raised fails the test."""
    try:
        await client.ask(call, deadline_s, **options)
    except (CallFailed, CallRefused) as error:
        return error.kind
    return "ok"


def ledger(store):
    """Every attempt as a dict, in order."""
    with contextlib.closing(sqlite3.connect(store)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute("SELECT * FROM attempts ORDER BY id")]


@pytest.fixture
def store(tmp_path):
    return tmp_path / "calls.sqlite"


@pytest.fixture(autouse=True)
def _own_run_id(monkeypatch):
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, "test")


@pytest.fixture
def client_for(store):
    def make(*servers, **judge):
        return Client.from_settings(settings_for(*servers, store=judge.pop("store", store), **judge))

    return make
