import pytest

from tests.datasets.fetch.archives import cut, packed, pictures, rows, write
from wethink_plugins.datasets.fetch.options import Options
from wethink_plugins.datasets.fetch.run import fetch


@pytest.fixture
def from_parts(tmp_path):
    """Fetches from local parts; `paths` are what the rows name, all pictures unless told otherwise."""

    def run(images=None, paths=None, data=None, seed=1, count=16, **options):
        images = pictures(12) if images is None else images
        data = packed(images) if data is None else data
        parts = write(tmp_path / "parts", cut(data, count, seed))
        (tmp_path / "published.jsonl").write_bytes(rows(list(images) if paths is None else paths))
        chosen = {"jsonl": tmp_path / "published.jsonl", "parts": parts, "jobs": 2, **options}
        return fetch(Options(tmp_path / "out", **chosen))

    return run


@pytest.fixture
def hub(monkeypatch):
    """A hub on this machine with 40 pictures in 16 parts, and a row for each but the last."""
    pytest.importorskip("huggingface_hub", reason="needs the data extra")
    from tests.servers.hub import HubServer
    from wethink_plugins.datasets.fetch.options import IMAGES_REPO, ROWS_REPO

    images = pictures(40)
    repos = {
        ROWS_REPO: {"README.md": b"# rows", "wethink.jsonl": rows(list(images)[:-1])},
        IMAGES_REPO: {"README.md": b"# images", **cut(packed(images))},
    }
    for variable in ("HF_HUB_OFFLINE", "HF_TOKEN", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(variable, raising=False)
    with HubServer(repos) as server:
        server.images = images
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        yield server


@pytest.fixture
def from_hub(tmp_path, hub):
    def run(out="out", **options):
        return fetch(Options(tmp_path / out, **{"jobs": 4, "retries": 3, **options}))

    return run
