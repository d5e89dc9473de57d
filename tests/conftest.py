"""What several tests share."""

import contextlib
import time

import pytest

from wethink_plugins.sample import Sample


@pytest.fixture
def cpu_limit():
    """A limit in CPU seconds of this process, so that a busy machine fails nothing."""

    @contextlib.contextmanager
    def limit(seconds):
        start = time.process_time()
        yield
        assert time.process_time() - start < seconds

    return limit


@pytest.fixture
def sample_of():
    """A sample with a well-formed response around the given answer."""

    def make(answer="4", gold="4", **fields):
        response = fields.pop("response", f"<think>I look.</think>\n<answer>{answer}</answer>")
        values = {"id": "row-1", "group": None, "question": "How many?", "response": response, "answer": gold, **fields}
        return Sample(**values)

    return make


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch):
    for name in ("WETHINK_CONFIG", "WETHINK_JOURNAL"):
        monkeypatch.delenv(name, raising=False)
