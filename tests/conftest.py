"""What several tests share."""

import contextlib
import itertools
import time

import pytest

from wethink_plugins.sample import Sample


def pytest_addoption(parser):
    parser.addoption("--sample", type=int, default=1, metavar="N", help="of each test marked `table` every Nth case")


def pytest_collection_modifyitems(config, items):
    """The same cases each time: the 1st, the N+1st, ... of each test."""
    every = config.getoption("--sample")
    tables = [item for item in items if item.get_closest_marker("table")]
    by_test = itertools.groupby(tables, key=lambda item: (item.path, item.originalname))
    kept = {id(item) for _, cases in by_test for item in list(cases)[::every]}
    left = [item for item in tables if id(item) not in kept]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if id(item) in kept or not item.get_closest_marker("table")]


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
