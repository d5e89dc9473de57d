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
    images = pictures(30, size=64)
    far_apart = {}  # so that each is read by itself
    for path, content in images.items():
        far_apart |= {path: content, f"{path}.filler": bytes(530_000)}
    hub.repos[IMAGES_REPO] = cut(packed(far_apart), seed=3)
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


def kill_and_go_on(command, hub, folder, moments, *words):
    """Each moment is a number of answers of the hub, and seconds after it: progress, however busy the machine is.

    Returns how many were killed at work, and how many images there were then.
    """
    killed, there = 0, set()
    for answers, seconds in moments:
        process, target = command(*words), len(hub.log) + answers
        while process.poll() is None and len(hub.log) < target:
            time.sleep(0.005)
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        process.stderr.close()
        whole = {path: data for path, data in tree(folder / "images").items() if not path.startswith(".unfinished/")}
        assert whole == {path: hub.images[path] for path in whole}
        there.add(len(whole))
    last = command(*words)
    assert (last.wait(), "lost 1 image (" in last.stderr.read()) == (1, True)
    last.stderr.close()
    return killed, there


@pytest.mark.parametrize("words", [(), pytest.param(("--keep-parts",), marks=pytest.mark.slow)])
def test_killed_a_few_times(tmp_path, hub, command, words):
    killed, _ = kill_and_go_on(command, hub, tmp_path / "out", [(5, 0), (12, 0)], *words)
    assert killed >= 1 and "rows.jsonl" in finished(tmp_path / "out", hub.images)


@pytest.mark.slow
@pytest.mark.parametrize("words", [("--jobs", "3"), ("--keep-parts", "--jobs", "3")])
def test_killed_at_twenty_moments(tmp_path, hub, command, words):
    draw = random.Random(0)
    # What one run got, the next has already: few answers first. A run asks for 19 or more when nothing is there yet.
    moments = sorted((draw.randrange(1, 16), draw.uniform(0, 0.06)) for _ in range(20))
    killed, there = kill_and_go_on(command, hub, tmp_path / "out", moments, *words)
    again = finished(tmp_path / "out", hub.images)
    undisturbed = command("--out", tmp_path / "other", *words)
    undisturbed.wait()
    undisturbed.stderr.close()
    assert killed >= 5 and len(there) >= 2, f"killed {killed} times at work, with {sorted(there)} images there"
    assert again == finished(tmp_path / "other", hub.images)
