"""Look-ups in the call store, of any number of keys at once."""

import pytest

from wethink_plugins.endpoints.limits import Limits
from wethink_plugins.endpoints.records import CacheWrite, StoredReply
from wethink_plugins.endpoints.store import CallStore


def reply_of(text):
    return StoredReply(text, "model", "endpoint", "stop", 1, 2, None, True)


@pytest.fixture
def kept(tmp_path):
    """A store with a reply for each even number below 3000."""
    store = CallStore(tmp_path / "calls.sqlite")
    writes = [CacheWrite(str(i), reply_of(f"reply {i}")) for i in range(0, 3000, 2)]
    store.record("run", 1, [], writes, Limits())
    yield store
    store.close()


@pytest.mark.parametrize("number", [0, 1, 2, 3, 7, 511, 512, 513, 1025, 3000])
def test_every_key_is_looked_up(kept, number):
    found = kept.get([str(i) for i in range(number)])
    assert found == {str(i): reply_of(f"reply {i}") for i in range(0, number, 2)}


def test_the_last_write_of_a_key_counts(kept):
    kept.record("run", 1, [], [CacheWrite("0", reply_of("old")), CacheWrite("0", reply_of("new"))], Limits())
    kept.record("run", 1, [], [CacheWrite("2", reply_of("gone")), CacheWrite("2", None)], Limits())
    assert kept.get(["0", "2"]) == {"0": reply_of("new")}


def test_the_statements_of_look_ups_are_few(kept):
    """sqlite3 caches a prepared statement, up to 130 kB, for each text that it meets."""
    texts = set()
    kept.get(["0"])
    kept._connection.set_trace_callback(lambda sql: texts.add(sql.count("'") + sql.count("?")))
    for number in range(1, 600):
        kept.get([str(i) for i in range(number)])
    assert 1 <= len(texts) <= 12
