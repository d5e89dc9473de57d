"""The service, running: in a thread of this process, or as a command of its own."""

import contextlib
import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

import pytest

pytest.importorskip("fastapi", reason="needs fastapi: pip install 'wethink-plugins[serve]'")
pytest.importorskip("prometheus_client", reason="needs prometheus-client: pip install 'wethink-plugins[serve]'")
uvicorn = pytest.importorskip("uvicorn", reason="needs uvicorn: pip install 'wethink-plugins[serve]'")


@contextlib.contextmanager
def served(reward, limits=None, token=None, hosts=("*",)):
    """Yields the address."""
    from wethink_plugins.cli.serve import _listen
    from wethink_plugins.service.app import make_app
    from wethink_plugins.service.limits import Limits
    from wethink_plugins.service.server import settings

    limits = limits or Limits()
    listening = _listen("127.0.0.1", 0)
    server = uvicorn.Server(settings(make_app(reward, limits, token, hosts), limits, stop_s=10))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    wait_for(url)
    try:
        yield url
    finally:
        server.should_exit = True
        thread.join(30)
        assert not thread.is_alive()


@contextlib.contextmanager
def command(*options, port=0, **variables):
    """Yields (process, address) of `wethink serve`."""
    process = subprocess.Popen(
        [sys.executable, "-m", "wethink_plugins.cli.main", "serve", "--port", str(port), *options],
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        url = process.stdout.readline().split()[2]
        wait_for(url)
        yield process, url
    finally:
        process.terminate()
        process.communicate(timeout=60)


def wait_for(url):
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with contextlib.suppress(urllib.error.URLError, OSError), urllib.request.urlopen(f"{url}/health", timeout=5):
            return
        time.sleep(0.05)
    raise TimeoutError(url)
