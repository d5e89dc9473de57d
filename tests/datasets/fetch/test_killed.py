"""kill -9 at any moment: every image is there whole or not at all, and a further run ends in the same files."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest

from tests.datasets.fetch.archives import cut, packed, pictures, rows, tree
from wethink_plugins.datasets.fetch.options import IMAGES_REPO, ROWS_REPO


@pytest.fixture
def command(tmp_path, hub):
    """Starts a fetch; every answer of the hub takes a moment, so that there are many moments to be killed at."""
    images = pictures(60, size=64)
    hub.repos[IMAGES_REPO] = cut(packed(images, more=[("filler.bin", bytes(300_000))]), seed=3)
    hub.repos[ROWS_REPO] = {"wethink.jsonl": rows([*images, "none.jpg"])}
    hub.images = images
    for part in hub.repos[IMAGES_REPO]:
        hub.faults[part] = ["slow:0.05*"]

    def start(*words):
        call = [sys.executable, "-m", "wethink_plugins.cli.main", "data", "fetch", "--out", tmp_path / "out", *words]
        return subprocess.Popen(call, env={**os.environ, "HF_ENDPOINT": hub.url}, stderr=subprocess.PIPE, text=True)

    return start


def finished(folder, images):
    left = tree(folder)
    assert {path.removeprefix("images/"): data for path, data in left.items() if path.startswith("images/")} == images
    assert not [path for path in left if path.endswith(".part") or ".unfinished" in path]
    return {path: data for path, data in left.items() if not path.startswith((".fetch/", "parts/"))}


def kill_and_go_on(command, folder, images, moments, *words):
    """Each moment counts from the first file that the run leaves, whatever Python's own start takes."""
    killed = 0
    for moment in moments:
        process = command(*words)
        known = set(folder.rglob("*")) if folder.exists() else set()
        while process.poll() is None and not (folder.exists() and set(folder.rglob("*")) - known):
            time.sleep(0.005)
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        process.stderr.close()
        for path, data in tree(folder / "images").items() if folder.exists() else ():
            assert path.startswith(".unfinished/") or data == images[path]
    last = command(*words)
    assert (last.wait(), "lost 1 images" in last.stderr.read()) == (1, True)
    last.stderr.close()
    return killed


@pytest.mark.parametrize("words", [(), ("--keep-parts",)])
def test_killed_a_few_times(tmp_path, hub, command, words):
    killed = kill_and_go_on(command, tmp_path / "out", hub.images, [0.02, 0.3], *words)
    assert killed >= 1 and "rows.jsonl" in finished(tmp_path / "out", hub.images)


@pytest.mark.slow
@pytest.mark.parametrize("words", [("--jobs", "3"), ("--keep-parts", "--jobs", "3")])
def test_killed_at_twenty_moments(tmp_path, hub, command, words):
    draw = random.Random(0)
    killed = kill_and_go_on(command, tmp_path / "out", hub.images, [draw.uniform(0, 0.4) for _ in range(20)], *words)
    again = finished(tmp_path / "out", hub.images)
    undisturbed = command("--out", tmp_path / "other", *words)
    undisturbed.wait()
    undisturbed.stderr.close()
    assert killed >= 5 and again == finished(tmp_path / "other", hub.images)
